"""What TeX's commands for signs and letters mean in Unicode.

Names are those of LaTeX, amssymb and textcomp
(https://tug.ctan.org/info/symbols/comprehensive/symbols-a4.pdf).
"""

_GREEK = (
    "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι "
    "kappa κ lambda λ mu μ nu ν xi ξ pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ "
    "upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π "
    "Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω ell ℓ hbar ℏ aleph ℵ Re ℜ Im ℑ partial ∂ nabla ∇"
)
_SIGNS = (
    "times × div ÷ pm ± mp ∓ cdot · cdotp · ast ∗ star ⋆ circ ∘ bullet • oplus ⊕ ominus ⊖ "
    "otimes ⊗ odot ⊙ dagger † ddagger ‡ le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ll ≪ gg ≫ "
    "approx ≈ sim ∼ simeq ≃ cong ≅ equiv ≡ neq ≠ ne ≠ propto ∝ in ∈ notin ∉ ni ∋ subset ⊂ "
    "supset ⊃ subseteq ⊆ supseteq ⊇ cap ∩ cup ∪ setminus ∖ land ∧ wedge ∧ lor ∨ vee ∨ neg ¬ lnot ¬ "
    "forall ∀ exists ∃ infty ∞ emptyset ∅ varnothing ∅ top ⊤ bot ⊥ perp ⊥ mid ∣ parallel ∥ "
    "angle ∠ triangle △ square □ Box □ checkmark ✓ prime ′ sharp ♯ flat ♭ natural ♮ surd √ "
    "langle ⟨ rangle ⟩ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ vert | Vert ‖ sum ∑ prod ∏ int ∫ "
    "ldots … dots … dotsc … dotsb … cdots ⋯ vdots ⋮ lbrace { rbrace } colon :"
)
_ARROWS = (
    "to → rightarrow → longrightarrow → gets ← leftarrow ← longleftarrow ← leftrightarrow ↔ "
    "uparrow ↑ downarrow ↓ updownarrow ↕ nearrow ↗ searrow ↘ mapsto ↦ Rightarrow ⇒ Leftarrow ⇐ "
    "Leftrightarrow ⇔ implies ⇒ iff ⇔ leadsto ⇝ rightleftharpoons ⇌ hookrightarrow ↪"
)
_TEXT = (
    "textendash – textemdash — textquoteleft ‘ textquoteright ’ textquotedblleft “ "
    "textquotedblright ” textellipsis … textregistered ® texttrademark ™ textcopyright © "
    "copyright © textdegree ° degree ° deg ° textmu µ textbullet • textperiodcentered · "
    "textasciitilde ~ textasciicircum ^ textunderscore _ textbackslash \\ slash / textless < "
    "textgreater > textbar | textpm ± texttimes × textpertenthousand ‱ textperthousand ‰ "
    "textonehalf ½ textsection § S § P ¶ dag † ddag ‡ pounds £ textsterling £ euro € texteuro € "
    "guillemotleft « guillemotright » textexclamdown ¡ textquestiondown ¿ LaTeX LaTeX TeX TeX "
    "eg e.g. ie i.e. etc etc. etal et\u00a0al."
)
_FUNCTIONS = (
    "arccos arcsin arctan arg cos cosh cot deg det dim exp gcd inf ker lim liminf limsup ln log "
    "max min mod Pr sec sin sinh sup tan tanh argmax argmin"
)


def _pairs(table: str) -> dict[str, str]:
    words = table.split(" ")
    return dict(zip(words[::2], words[1::2], strict=True))


#: by the command's name, in formulas and in text
SIGNS = _pairs(_GREEK) | _pairs(_SIGNS) | _pairs(_ARROWS)
#: in text, where `\\deg` is the sign of a degree
IN_TEXT = SIGNS | _pairs(_TEXT)
#: written as words
FUNCTIONS = frozenset(_FUNCTIONS.split())
#: in formulas, where `\\deg` is a function
IN_FORMULA = SIGNS | {name: name for name in FUNCTIONS}

_SUPER = (
    "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻=⁼(⁽)⁾aᵃbᵇcᶜdᵈeᵉfᶠgᵍhʰiⁱjʲkᵏlˡmᵐnⁿoᵒpᵖrʳsˢtᵗuᵘvᵛwʷxˣyʸzᶻ"
    "AᴬBᴮDᴰEᴱGᴳHᴴIᴵJᴶKᴷLᴸMᴹNᴺOᴼPᴾRᴿTᵀUᵁVⱽWᵂβᵝγᵞδᵟθᶿ∘°′′**∗*⋆*"
)
_SUB = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋=₌(₍)₎aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓβᵦγᵧρᵨϕᵩχᵪ"
SUPERSCRIPTS = str.maketrans(_SUPER[::2], _SUPER[1::2])
SUBSCRIPTS = str.maketrans(_SUB[::2], _SUB[1::2])
