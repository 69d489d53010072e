"""What pages are drawn with: SVG, charts, blocks, numbers and names in both languages; it knows no experiment."""
