"""Write every generated file: `python -m docs.generate` (`make docs`)."""

from docs.generate.files import FILES, ROOT

for path, render in FILES.items():
    text = render()
    target = ROOT / path
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"wrote {path}")
