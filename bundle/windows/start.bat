@echo off
rem Double-click: compares the plans of the form beside this file, or writes a form to fill in.
setlocal
set "VILLAGE_SCRIPT=start.py"
call "%~dp0village.bat" %*
pause
