"""Words of so many titles that sharing one says little.

They stand in at least one of 200 titles of the 40,717 papers of 2025 in docs/study/classifier.md,
read by `pipeline.curated.comparison.words`.
"""

_WORDS = (
    "accurate across action adaptation adaptive advancing adversarial agent agentic aligned "
    "alignment all analysis anomaly answering application approach architecture are assessment "
    "attack attention augmentation augmented automated automatic autonomous autoregressive "
    "aware based behavior bench benchmarking beyond bia brain bridging camera can capability "
    "case causal centric chain class classification clinical clip cloud code cognitive "
    "collaborative comparative complex comprehensive compression concept consistency consistent "
    "content context continual contrastive control controllable data decision decoding deep "
    "depth design detection diagnosis dialogue diffusion discovery disease distillation "
    "distribution document domain driven driving dual dynamic editing effective efficient "
    "embedding emotion end enhanced enhancement enhancing environment estimation evaluating "
    "evaluation event expert explainable exploring extraction fast feature few field fine flow "
    "foundation framework free frequency fusion gap gaussian generalizable generalization "
    "generated generating generation generative geometry global grained graph grounded "
    "grounding guidance guided hallucination hierarchical high how hybrid identification "
    "imaging implicit improving inference information instance instruction intelligence "
    "interaction interactive interpretable joint knowledge label large latent layer learning "
    "level leveraging lightweight llm local localization long low machine mamba map mapping "
    "matching medical memory method metric mitigating mixture mllm modality model modeling mri "
    "multilingual multiple natural network neural new non not novel one online open "
    "optimization perception performance personalized planning plus point policy pose pre "
    "prediction preference prior problem prompt prompting pruning quality query question rag "
    "real reasoning recognition reconstruction refinement reinforcement remote representation "
    "research resolution resource restoration rethinking retrieval reward robust robustness "
    "safety sampling scalable scale scaling scientific search segmentation selection self "
    "semantic semi sensing shot simulation small social source space sparse spatial specific "
    "splatting stage state step strategy structure structured study style super supervized "
    "synthesis synthetic system task temporal test thought time token tool tracking training "
    "trajectory transfer transformer translation tuning uncertainty under understanding unified "
    "unsupervized view vlm what when without world you zero"
)
PLAIN_WORDS = frozenset(_WORDS.split())
