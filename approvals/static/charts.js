// Charts beside their tables. A page carries each chart as plain data; the library is fetched once the page stands, and on a
// small or slow line only when somebody asks. Without it, or when it cannot be fetched, the table says the same.
const INK = "#1d2b30";
const SOFT = "#52636a";
const LINE = "#d5dee0";
const COLOURS = ["#0b5a63", "#b36a00", "#5a6f9c", "#a3211d", "#5b8c3e"];
const PATTERNS = ["solid", "dashed", "dotted"];
const NARROW = 480;
const WIDE_LABEL = 28; // signs of half width: a Chinese one takes two

const frames = [...document.querySelectorAll("[data-chart]")];
let library = null;

function isDear() {
  const line = navigator.connection;
  const slow = line && (line.saveData || ["slow-2g", "2g", "3g"].includes(line.effectiveType));
  return Boolean(slow) || window.innerWidth < 768;
}

function shortened(text) {
  let room = WIDE_LABEL;
  let shown = "";
  for (const sign of text) {
    room -= sign > "\u2e7f" ? 2 : 1;
    if (room < 0) {
      return `${shown}…`;
    }
    shown += sign;
  }
  return text;
}

// A figure that is known within a span: a thin bar from its low to its high end, and a mark on it. The bar stands on an unseen one;
// one that reaches over nought is drawn in two, as bars are stacked on either side of it by themselves.
function span(each, number) {
  const bar = (length, seen) => ({
    type: "bar", name: each.name, stack: `span-${number}`, barWidth: 8, silent: true, tooltip: { show: false },
    data: each.low.map((low, place) => (low === null ? null : length(low, each.high[place]))),
    itemStyle: seen ? { color: "#a9c9ce", borderColor: COLOURS[0], borderWidth: 1 } : { color: "transparent" },
  });
  return [
    { type: "scatter", name: each.name, data: each.values, symbol: "diamond", symbolSize: 13, color: COLOURS[3], z: 5, itemStyle: { borderColor: "#fff", borderWidth: 1 } },
    bar((low, high) => (low > 0 ? low : Math.min(high, 0)), false),
    bar((low, high) => (high > 0 ? high - Math.max(low, 0) : null), true),
    bar((low, high) => (low < 0 ? low - Math.min(high, 0) : null), true),
  ];
}

function series(chart, each, number, upright) {
  if (each.kind === "point") {
    return span(each, number);
  }
  const line = each.kind === "line";
  return {
    name: each.name,
    type: line ? "line" : "bar",
    data: each.values,
    [upright ? "yAxisIndex" : "xAxisIndex"]: each.axis || 0,
    color: COLOURS[number % COLOURS.length],
    stack: each.stack || undefined,
    connectNulls: false,
    symbol: ["circle", "rect", "triangle", "diamond"][number % 4],
    symbolSize: 7,
    barMaxWidth: 28,
    lineStyle: line ? { width: 2, type: each.target ? "dashed" : PATTERNS[number % PATTERNS.length] } : undefined,
    itemStyle: line ? undefined : { borderColor: "#fff", borderWidth: 1, ...(number % 2 ? { decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -0.7 } } : {}) },
  };
}

function toolTip(chart) {
  return (shown) => {
    const lines = shown.filter((each) => chart.series[each.seriesIndex]).map((each) => {
      const of = chart.series[each.seriesIndex];
      const said = of.texts ? of.texts[each.dataIndex] : each.value;
      return `${each.seriesName}  ${said === null || said === undefined ? "—" : said}`;
    });
    return [chart.labels[shown[0].dataIndex], ...lines].join("\n");
  };
}

function options(chart, width) {
  const upright = chart.direction !== "across";
  // Letters grow with those of the page.
  const size = Math.round(0.8125 * parseFloat(getComputedStyle(document.documentElement).fontSize));
  // Room for the labels of bars that go across; what does not fit into it is cut.
  const room = Math.round((width < NARROW ? 120 : 215) * size / 13);
  const values = (chart.axes || [""]).map((unit, number) => ({
    type: "value",
    name: unit,
    nameLocation: upright ? "end" : "middle",
    nameGap: upright ? 15 : 26,
    nameTextStyle: { color: SOFT, fontSize: size, align: upright ? (number ? "right" : "left") : "center" },
    position: upright ? (number ? "right" : "left") : "top",
    min: (extent) => (extent.min < 0 ? null : 0),
    max: (chart.most || [])[number] || undefined,
    minInterval: chart.whole ? 1 : undefined,
    axisLabel: { color: SOFT, fontSize: size, hideOverlap: true },
    splitLine: { show: !number, lineStyle: { color: LINE } },
  }));
  const labels = {
    type: "category",
    data: chart.labels,
    inverse: !upright,
    axisLabel: { color: INK, fontSize: size, hideOverlap: upright, formatter: shortened, width: upright ? undefined : room - 12, overflow: "truncate" },
    axisLine: { lineStyle: { color: SOFT } },
  };
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 250,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: INK, fontSize: size },
    legend: { show: chart.series.length > 1 || chart.series[0].kind === "point", top: 0, left: 0, itemGap: 16, textStyle: { color: INK, fontSize: size }, selectedMode: false },
    grid: { left: upright ? 8 : room, right: upright && values.length > 1 ? 8 : 24, top: (chart.series.length > 1 || chart.series[0].kind === "point" ? 34 : 8) + (upright ? 28 : 44), bottom: 4, outerBoundsMode: upright ? "same" : "none", outerBoundsContain: "axisLabel" },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow" }, formatter: toolTip(chart) },
    xAxis: upright ? labels : values,
    yAxis: upright ? values : labels,
    series: chart.series.flatMap((each, number) => series(chart, each, number, upright)),
  };
}

function heightOf(chart) {
  return chart.direction === "across" ? 110 + chart.labels.length * (chart.series.length > 1 && !chart.series[0].stack ? 44 : 30) : 320;
}

async function draw(frame) {
  const place = frame.querySelector("[data-chart-place]");
  const chart = JSON.parse(frame.dataset.chart);
  try {
    library = library || import(frame.dataset.library);
    const echarts = await library;
    place.style.height = `${heightOf(chart)}px`;
    place.hidden = false;
    const drawn = echarts.init(place, null, { renderer: "svg" });
    drawn.setOption(options(chart, place.clientWidth));
    new ResizeObserver(() => {
      drawn.resize();
      drawn.setOption(options(chart, place.clientWidth));
    }).observe(place);
    frame.dataset.drawn = "yes";
  } catch {
    library = null;
    place.hidden = true;
    frame.dataset.drawn = "no";
  }
}

function begin() {
  if (!isDear()) {
    frames.forEach(draw);
    return;
  }
  frames.forEach((frame) => {
    const button = frame.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => {
      button.hidden = true;
      draw(frame);
    });
  });
}

if (document.readyState === "complete") {
  begin();
} else {
  window.addEventListener("load", () => setTimeout(begin, 0));
}
