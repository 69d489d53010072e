"""The planner's workbook 填报表.xlsx as it is written: blank, filled in, or marked with what is wrong."""
