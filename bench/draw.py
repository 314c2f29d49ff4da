# SPDX-License-Identifier: MIT
"""The pictures, as SVG by hand."""
import math

from rows import OURS

BLUE, GREY = "#1b6ca8", "#b8b8b8"


def svg(width, height, title, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'font-family="sans-serif" font-size="11"><title>{title}</title><rect width="{width}" height="{height}" fill="#fff"/>'
            f'{"".join(parts)}</svg>\n')


def text(x, y, what, more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{what}</text>'


def bars(picture):
    """Speed against the floor, which is 1 at the dashed line: [(title, {client: (median, lowest, highest)})]."""
    left, unit, columns = 90, 170, 3
    panels, heights = [], [30] * columns
    for title, ratios in picture:
        column = heights.index(min(heights))
        x, y = column * 340, heights[column]
        panels.append(text(x + 8, y, title, ' font-weight="bold"'))
        top = y + 4
        for client, (median, low, high) in ratios.items():
            y += 15
            width = unit * min(median, 1.3)
            panels.append(text(x + left - 4, y, client, ' text-anchor="end"'))
            panels.append(f'<rect x="{x + left}" y="{y - 9}" width="{width:.0f}" height="10" fill="{BLUE if client in OURS else GREY}"/>')
            panels.append(f'<path d="M{x + left + unit * min(low, 1.3):.0f} {y - 4}H{x + left + unit * min(high, 1.3):.0f}" '
                          f'stroke="#333"/>')
            panels.append(text(x + left + max(width, unit * min(high, 1.3)) + 5, y, f"{median:.2f}"))
        panels.append(f'<path d="M{x + left + unit} {top}V{y + 2}" stroke="#555" stroke-dasharray="3"/>')
        heights[column] = y + 24
    caption = "Speed against a client that parses nothing (1: as fast; longer is better; the thin line is the spread)"
    return svg(columns * 340, max(heights), caption, [text(8, 12, caption), *panels])


def lines(plots):
    """Cost against size, both by decades: [(title, what is counted, [(size, cost)])]; a straight line of 45 degrees is linear."""
    parts, side, gap = [], 150, 66
    for number, (title, what, points) in enumerate(plots):
        x, y = 56 + number * (side + gap), 30 + side
        smallest = [math.log10(min(p[axis] for p in points)) for axis in (0, 1)]
        # The same scale on both axes, so that linear is 45 degrees.
        decades = max(math.log10(max(p[axis] for p in points)) - smallest[axis] for axis in (0, 1))

        def place(point):
            across, up = ((math.log10(value) - low) / decades * side for value, low in zip(point, smallest))
            return f"{x + across:.1f} {y - up:.1f}"
        parts.append(f'<rect x="{x}" y="30" width="{side}" height="{side}" fill="none" stroke="#999"/>')
        parts.append(f'<path d="M{x} {y}L{x + side} 30" stroke="#bbb" stroke-dasharray="3"/>')
        parts.append(f'<path d="M{"L".join(place(p) for p in points)}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
        for point in points:
            across, up = place(point).split()
            parts.append(f'<circle cx="{across}" cy="{up}" r="3" fill="{BLUE}"/>')
        parts.append(text(x + side / 2, 22, title, ' text-anchor="middle" font-weight="bold"'))
        for size, cost, at in ((*points[0], "start"), (*points[-1], "end")):
            parts.append(text(x if at == "start" else x + side, y + 14, f"{size:,}", f' text-anchor="{at}"'))
            parts.append(text(x - 4, y if at == "start" else 38, short(cost), ' text-anchor="end"'))
        parts.append(text(x + side / 2, y + 28, what, ' text-anchor="middle"'))
    width = 56 + len(plots) * (side + gap)
    return svg(width, 30 + side + 36, "What an exchange costs, as it grows; the dashed line is linear", parts)


def short(number):
    """5.31 M, 22.8 k, 4911, 12.0; - for None."""
    if number is None:
        return "-"
    for unit, name in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if number >= unit:
            return f"{number / min(unit, {' k': 1e3}.get(name, unit)):.3g}{name}"
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}"
