"""Name the commands of TeX and AMS that only draw a formula.

Commands that link, style, colour, hide, move, define or load are not here.
"""

import re

TEX_COMMAND = re.compile(r"\\([A-Za-z]+|.|$)", re.DOTALL)
#: environments that only draw
ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[a-z]{0,12}matrix\}|\\(?:begin|end)\s*\{cases\}")

_LETTERS = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa "
    "lambda mu nu xi omicron pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi "
    "omega digamma Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega aleph beth gimel "
    "daleth ell hbar hslash imath jmath wp Re Im partial nabla infty emptyset varnothing "
    "complement mho eth Finv upmu upalpha upbeta"
)
_OPERATORS = (
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim "
    "liminf limsup ln log max min mod bmod pmod Pr sec sin sinh sup tan tanh argmax argmin "
    "operatorname sum prod coprod int iint iiint oint bigcap bigcup bigsqcup bigvee bigwedge "
    "bigoplus bigotimes bigodot biguplus limits nolimits"
)
_SIGNS = (
    "pm mp times div cdot cdotp ast star dagger ddagger amalg cap cup uplus sqcap sqcup vee "
    "wedge land lor lnot neg setminus smallsetminus wr circ bullet oplus ominus otimes oslash "
    "odot boxplus boxtimes boxminus leq le leqslant geq ge geqslant ll gg lll ggg lesssim "
    "gtrsim lessgtr approx approxeq sim simeq cong equiv doteq asymp propto neq ne not in ni "
    "notin subset supset subseteq supseteq subsetneq supsetneq sqsubset sqsupset sqsubseteq "
    "sqsupseteq prec succ preceq succeq parallel nparallel perp mid nmid vdash dashv models "
    "vDash Vdash triangleq because therefore forall exists nexists top bot angle measuredangle "
    "triangle square Box Diamond diamond lozenge blacksquare bigcirc bigtriangleup "
    "bigtriangledown triangleleft triangleright checkmark circledR prime backprime degree sharp "
    "flat natural clubsuit diamondsuit heartsuit spadesuit surd S P colon ldotp dots ldots "
    "cdots vdots ddots dotsc dotsb"
)
_ARROWS = (
    "leftarrow rightarrow leftrightarrow Leftarrow Rightarrow Leftrightarrow longleftarrow "
    "longrightarrow longleftrightarrow Longleftarrow Longrightarrow Longleftrightarrow to gets "
    "iff implies impliedby mapsto longmapsto uparrow downarrow updownarrow Uparrow Downarrow "
    "Updownarrow nearrow searrow swarrow nwarrow hookleftarrow hookrightarrow leftharpoonup "
    "leftharpoondown rightharpoonup rightharpoondown rightleftharpoons leadsto rightsquigarrow "
    "twoheadrightarrow xrightarrow xleftarrow circlearrowleft circlearrowright curvearrowright"
)
_SHAPES = (
    "frac dfrac tfrac cfrac binom dbinom tbinom sqrt root of over choose stackrel overset "
    "underset substack left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr "
    "Biggl Biggr langle rangle lceil rceil lfloor rfloor lbrace rbrace lbrack rbrack lvert "
    "rvert lVert rVert vert Vert backslash hat widehat tilde widetilde bar overline underline "
    "vec dot ddot dddot check breve acute grave mathring overrightarrow overleftarrow overbrace "
    "underbrace boxed not"
)
_FONTS = (
    "mathbf mathrm mathit mathsf mathtt mathcal mathbb mathfrak mathscr mathnormal boldsymbol "
    "bm pmb text textbf textit textrm textsf texttt textnormal emph mbox bf it rm sf tt cal "
    "displaystyle textstyle scriptstyle scriptscriptstyle quad qquad space"
)
#: commands of TeX and AMS that only draw; none places text over other text, colours or hides it
COMMANDS = frozenset(
    f"{_LETTERS} {_OPERATORS} {_SIGNS} {_ARROWS} {_SHAPES} {_FONTS}".split()
) | frozenset(r""",;:!>{}|\ %&#_$/-'"`^.=~""")
