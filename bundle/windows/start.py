"""What a double click does: compares the plans of the first 填报表*.xlsx beside this file, or writes a form."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def village(*words: str) -> None:
    """Run the command; what it refuses it has said."""
    done = subprocess.call([sys.executable, "-I", "-X", "utf8", str(HERE / "village.py"), *words], cwd=HERE)
    if done:
        sys.exit(done)


def main() -> None:
    """Write a form if there is none; else compare its plans, and open the report."""
    form = next((file.name for file in sorted(HERE.glob("填报表*.xlsx"))), None)
    if form is None:
        village("template", "填报表.xlsx", "--from", "baseline,microcredit,mix")
        print("请用 WPS 或 Excel 打开本文件夹中的“填报表.xlsx”填写，保存并关闭后，再次双击“开始.bat”。")
        return
    print(f"正在推演“{form}”。首次运行需先编译，约一分钟；整县推演需几分钟到几十分钟。", flush=True)
    # A form that was changed since the last time is run again where the change concerns it, and only there.
    village("compare", form, "--language", "zh", "--results", "结果", "--renew", *sys.argv[1:])
    report = max((HERE / "结果").glob("*/report.zh.html"), key=lambda file: file.stat().st_mtime)
    print(f"报告：{report}")
    print(f"简报：{report.with_name('brief.zh.html')}")
    print(f"工作簿：{report.with_name('workbook.zh.xlsx')}")
    if hasattr(os, "startfile"):
        with contextlib.suppress(OSError):  # no browser: where the report is has been said
            os.startfile(report)


if __name__ == "__main__":
    main()
