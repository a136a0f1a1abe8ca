from pipeline.curated.agreement import Kind, Known, compare


def test_former_title_is_a_renamed_paper() -> None:
    known = Known(
        ("KettleFlow: Generating Tea Through Structured Steam", "MoSA Kettles: Coherent Pouring"),
        (),
    )

    assert compare(["KettleFlow: Generating Tea Through Structured Steam"], [], known).kind is (
        Kind.SAME
    )
    assert compare(["MoSA Kettles: Coherent Pouring"], [], known).kind is Kind.RENAMED
    assert compare(["Copper Owls Dream of Moths"], [], known).kind is Kind.OTHER
