#!/bin/sh
# Double-click: compares the plans of the first 填报表*.xlsx beside this file, or writes a form to fill in.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cd "$here" || exit 1

# A window that was opened for this file would close before anything in it could be read.
leave() {
  if [ -t 0 ]; then printf '按回车键关闭窗口。' && read -r _; fi
  exit "$1"
}

for form in 填报表*.xlsx; do
  [ -e "$form" ] && break
  ./village template 填报表.xlsx --from baseline,microcredit,mix || leave $?
  echo "请用 WPS 或 Excel 打开本文件夹中的“填报表.xlsx”填写，保存并关闭后，再次双击“开始.sh”。"
  leave 0
done

# A form that was changed since the last time is run again where the change concerns it, and only there.
echo "正在推演“$form”。首次运行需先编译，约一分钟；整县推演需几分钟到几十分钟。"
./village compare "$form" --language zh --results 结果 --renew "$@" || leave $?
report=$(ls -t 结果/*/report.zh.html | head -n 1)
folder=$(dirname "$report")
echo "报告：$here/$report"
echo "简报：$here/$folder/brief.zh.html"
echo "工作簿：$here/$folder/workbook.zh.xlsx"
if [ -n "$DISPLAY$WAYLAND_DISPLAY" ] && command -v xdg-open >/dev/null; then xdg-open "$report" >/dev/null 2>&1; fi
leave 0
