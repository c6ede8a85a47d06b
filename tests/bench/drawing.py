"""Bars over a logarithmic scale, as SVG for the docs."""

import math

BAR, GAP, LEFT, WIDTH, TOP = 26, 12, 230, 520, 64


def drawing(title, subtitle, rows, low, high):
    """Rows are (name, value, is it ours); one grid line for each power of ten from low to high."""
    def x(value):
        share = math.log(max(value, low) / low) / math.log(high / low)
        return LEFT + WIDTH * min(share, 1)
    height = TOP + len(rows) * (BAR + GAP) + 40
    bottom = height - 34
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 70} {height}" role="img" '
           f'aria-label="{title}" font-family="sans-serif" font-size="13">',
           '<rect width="100%" height="100%" fill="#ffffff"/>',
           f'<text x="16" y="26" font-size="15" font-weight="bold">{title}</text>',
           f'<text x="16" y="46" fill="#555555">{subtitle}; each grid line is ten times the one before</text>']
    tick = low
    while tick <= high * 1.001:
        out.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 6}" y2="{bottom}" stroke="#dddddd"/>')
        out.append(f'<text x="{x(tick):.1f}" y="{bottom + 18}" text-anchor="middle" fill="#555555">{tick:g}</text>')
        tick *= 10
    for index, (name, value, ours) in enumerate(rows):
        y = TOP + index * (BAR + GAP)
        shown = f"{value:.0f}×" if value >= 10 else f"{value:.2f}×" if value >= 0.1 else f"{value:.3f}×"
        out.append(f'<text x="{LEFT - 10}" y="{y + 18}" text-anchor="end">{name}</text>')
        out.append(f'<rect x="{LEFT}" y="{y}" width="{max(x(value) - LEFT, 1):.1f}" height="{BAR}" rx="3" '
                   f'fill="{"#2f6f9f" if ours else "#b0b7bd"}"/>')
        out.append(f'<text x="{x(value) + 6:.1f}" y="{y + 18}">{shown}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"
