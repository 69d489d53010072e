"""A planner's workbook 填报表.xlsx: opened safely, read forgivingly, said as tables of profiles and scenarios."""
