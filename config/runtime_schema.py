"""Define the settings of where work that maps over blocks is done."""

from pydantic import Field

from config.keytypes import DaskAddress, ExecutorName, Natural
from config.section import Section


class RuntimeSettings(Section):
    """Where papers are scored and studies are made; this process alone opens the database."""

    executor: ExecutorName = Field(
        default="inline",
        description="What scores papers and works on the parts of a study. inline: a thread of "
        "this process. processes: processes of this machine. dask: the workers of a Dask cluster; "
        "it needs the package `distributed`.",
    )
    workers: Natural = Field(
        default=0,
        description="Number of processes, also of the cluster that dask starts when "
        "`dask_scheduler` is empty. 0: one for each processor.",
    )
    dask_scheduler: DaskAddress = Field(
        default="",
        description="The address of a Dask scheduler whose workers have this version of Living "
        "Survey. Empty: a cluster of this machine for the time of the command.",
    )
