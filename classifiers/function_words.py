"""The English function words: they are part of scores and never named as a reason.

scikit-learn's ENGLISH_STOP_WORDS and a few more, kept here because pages are shown before
scikit-learn is loaded.
"""

_WORDS = """
a about above across after afterwards again against all almost alone along already also although
always am among amongst amoungst amount an and another any anyhow anyone anything anyway anywhere
are around as at back be became because become becomes becoming been before beforehand behind
being below beside besides between beyond bill both bottom but by call can cannot cant co con
could couldnt cry de describe detail did do does doing done down due during each eg eight either
eleven else elsewhere empty enough etc even ever every everyone everything everywhere except few
fifteen fifty fill find fire first five for former formerly forty found four from front full
further get give go had has hasnt have having he hence her here hereafter hereby herein hereupon
hers herself him himself his how however hundred i ie if in inc indeed interest into is it its
itself keep last latter latterly least less ltd made many may me meanwhile might mill mine more
moreover most mostly move much must my myself name namely neither never nevertheless next nine no
nobody none noone nor not nothing now nowhere of off often on once one only onto or other others
otherwise our ours ourselves out over own part per perhaps please put rather re same see seem
seemed seeming seems serious several she should show side since sincere six sixty so some somehow
someone something sometime sometimes somewhere still such system take ten than that the their them
themselves then thence there thereafter thereby therefore therein thereupon these they thick thin
third this those though three through throughout thru thus to together too top toward towards
twelve twenty two un under until up upon us using versus very via was we well were what whatever
when whence whenever where whereafter whereas whereby wherein whereupon wherever whether which
while whither who whoever whole whom whose why will with within without would yet you your yours
yourself yourselves
"""
FUNCTION_WORDS = frozenset(_WORDS.split())

_STOCK = """
ability able abstract achieve achieved achieves achieving addition additionally address addresses
addressing advance advances aim aims analysis approach approaches article author authors available
based better challenge challenges challenging comparable compared comprehensive conduct conducted
consistently contribution contributions current demonstrate demonstrated demonstrates
demonstrating develop developed development different effective effectively effectiveness
efficient efficiently enable enables enabling evaluate evaluated existing experiment experimental
experiments extensive finally finding findings framework future general github good help high
higher https idea important improve improved improvement improvements improves improving including
introduce introduced introduces introducing issue issues key known large leverage leverages
leveraging limitation limitations limited main mainly make makes method methods multiple new novel
number numerous obtain obtained outperform outperforming outperforms paper papers particular
particularly performance performances possible potential present presented presents previous prior
problem problems promising propose proposed proposes proposing provide provided provides providing
publicly recent recently related remain remains require required requires research result results
reveal reveals review show showed showing shown shows significant significantly simple solution
solutions specifically strategy studies study superior tackle technique techniques term terms use
used useful uses utilize utilized utilizes utilizing variety various way ways wide widely work
works www
"""
#: words of any abstract: what two papers share by them alone says nothing about their topics
STOCK_WORDS = frozenset(_STOCK.split())
