"""Words and hosts that lists have in common, in English and Chinese."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: words of captions that lead to the paper itself
PAPER_WORDS = _words(
    "paper papers pdf arxiv abs abstract preprint link links url html doi openreview fulltext"
    " publication published article here biorxiv medrxiv ssrn techrxiv acl cvf ieee acm springer"
    " paperlink eprint manuscript proceedings 论文 原文 链接 全文 论文链接 预印本 下载链接 论文下载"
    " 论文下载链接 论文地址 论文主页 原文链接 文章 文章链接"
)
#: words that may stand beside them
BESIDE_WORDS = _words(
    "the full text official version low high resolution page main conference journal camera"
    " ready long short extended v1 v2 v3 v4 latest new old org oral poster spotlight workshop"
    " tech technical report pre print read and to in on arxiv.org file download view original"
    " our supp supplement"
)
#: captions of other links, and labels of fields
OTHER_CAPTIONS = _words(
    "code codes github repo repository project projects page website webpage homepage home web"
    " site demo demos video videos youtube dataset datasets data model models weights checkpoint"
    " checkpoints slides poster blog post tweet twitter x thread supp supplementary material"
    " bibtex bib cite citation citations star stars forks hf huggingface hugging face space"
    " pytorch tensorflow jax keras official unofficial implementation colab notebook zhihu"
    " bilibili talk presentation author authors abstract tldr summary keyword keywords tag tags"
    " venue date year month institution institutions affiliation affiliations organization"
    " task tasks method benchmark leaderboard note notes intro introduction method comments"
    " comment status new news hot app api docs documentation tutorial media wiki discord slack"
    " appendix results image teaser gallery software tool tools toolkit short explanation review"
    " interactive podcast coming soon"
    " 代码 主页 项目 项目主页 数据集 解读 中文解读 视频 作者 摘要 备注 演示 模型 博客"
    " 代码链接 代码地址 源码 开源代码 项目链接 项目地址"
)
#: what a field of an entry is called when it names the paper's title
TITLE_LABELS = frozenset({"title", "paper title", "name", "标题", "题目", "论文标题", "论文题目"})
AUTHOR_LABELS = frozenset({"author", "authors", "by", "作者"})

#: hosts of papers; subdomains included
PAPER_HOSTS = _words(
    "arxiv.org alphaxiv.org ar5iv.org openreview.net aclanthology.org aclweb.org doi.org"
    " thecvf.com neurips.cc nips.cc mlr.press jmlr.org ieee.org acm.org springer.com"
    " springernature.com sciencedirect.com nature.com science.org sciencemag.org pnas.org"
    " cell.com wiley.com tandfonline.com mdpi.com frontiersin.org plos.org biorxiv.org"
    " medrxiv.org ssrn.com isca-speech.org isca-archive.org ecva.net aaai.org ijcai.org"
    " roboticsproceedings.org usenix.org vldb.org bmva-archive.org bmvc2022.mpi-inf.mpg.de"
    " eurecom.fr hal.science archives-ouvertes.fr semanticscholar.org dblp.org researchgate.net"
    " techrxiv.org osf.io papers.cool iopscience.iop.org iop.org aps.org aip.org"
    " pubmed.ncbi.nlm.nih.gov ncbi.nlm.nih.gov jair.org cvpr.org iclr.cc icml.cc eccv.net"
    " transacl.org mitpress.mit.edu direct.mit.edu academic.oup.com oup.com cambridge.org"
    " siam.org epubs.siam.org dl.acm.org elifesciences.org copernicus.org"
    " royalsocietypublishing.org sagepub.com hindawi.com degruyter.com worldscientific.com"
    " inria.fr/hal semdial.org lrec-conf.org proceedings.com scitepress.org ismir.net"
    " interspeech2023.org preprints.org chinaxiv.org cnki.net scholar.archive.org europepmc.org"
    " zenodo.org/record"
)

#: conferences and journals by their short names
VENUES = _words(
    "arxiv cvpr iccv eccv wacv bmvc accv neurips nips iclr icml aaai ijcai acl emnlp naacl eacl"
    " aacl coling conll tacl findings interspeech icassp ismir kdd www sigir wsdm cikm recsys"
    " icdm sdm vldb sigmod icde pods siggraph asia sa tog tvcg chi uist cscw mm acmmm icmr icme"
    " tpami pami ijcv tip tmm tcsvt tnnls tmi media mia miccai isbi midl icra iros rss corl ral"
    " ra-l humanoids jmlr tmlr colt aistats uai alt stoc focs soda itcs osdi sosp nsdi atc"
    " eurosys asplos isca micro hpca mlsys dac iccad ccs usenix ndss s&p sp tifs icse fse ase"
    " issta pldi popl nature science cell pnas nejm lancet colm lrec jair jmir bioinformatics"
    " cogsci ecir aamas ieee acm elsevier springer 3dv ismar vr cgf eg egsr pg tkde tois tist"
    " cgo ppopp sc csur access biorxiv preprint openreview workshop"
)

#: words beside the name of a venue
VENUE_WORDS = _words(
    "oral spotlight poster workshop findings main long short best paper award d b datasets and"
    " benchmarks track conference proceedings of the in on tech technical report trans"
    " distinguished award awards honorable honourable mention candidate finalist nominee"
    " transactions journal letters under review submitted accepted to at preprint highlight"
)
#: words that titles use and names of persons do not
FUNCTION_WORDS = _words(
    "a an the of for in on with via from to into by as at is are be can do does not and or but"
    " towards toward using through beyond over under between without within across against about"
    " how what why when where which who whom whose all you need it its your we our they their"
    " this that these those i if than then more less few many one two three no yes vs versus per"
)
#: how prose begins that is no title
PROSE_STARTS = (
    "we ", "please ", "this repo", "this list", "this is ", "our ", "if you ", "feel free",
    "added ", "add ", "update", "see ", "click ", "you can ", "note that", "thanks ", "welcome",
    "for more", "check out", "here is", "here are", "it is ", "contributions", "most of",
)  # fmt: skip
