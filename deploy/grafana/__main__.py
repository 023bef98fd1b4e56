"""``python -m deploy.grafana``: makes the files in ``deploy/grafana/dashboards`` again."""

from __future__ import annotations

from deploy.grafana.files import FOLDER, texts

if __name__ == "__main__":
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
