@echo off
rem The command "village" of this folder, wherever the folder stands: village --help
rem Python is the one in the folder "python", or else a Python 3.11 (64 bit) that is installed.
setlocal
if "%VILLAGE_SCRIPT%"=="" set "VILLAGE_SCRIPT=village.py"
set "PYTHON=%~dp0python\python.exe"
if exist "%PYTHON%" goto own
py -3.11-64 -c "" >nul 2>nul
if errorlevel 1 goto none
py -3.11-64 -I -X utf8 "%~dp0%VILLAGE_SCRIPT%" %*
exit /b %errorlevel%

:own
"%PYTHON%" -I -X utf8 "%~dp0%VILLAGE_SCRIPT%" %*
exit /b %errorlevel%

:none
echo There is no Python in this folder, and no Python 3.11 (64 bit) on this computer. See README.txt
start "" notepad.exe "%~dp0README.txt"
exit /b 9
