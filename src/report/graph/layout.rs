//! Where boxes and edges go: a column for each level, edges through gaps between the boxes.
//!
//! After Sugiyama: an edge over several columns gets a place of its own in each of those between;
//! each column is put into the order of what its items are joined to, then each item is moved as
//! near to the middle of those as its neighbours let it.

/// Between columns, and between items of one.
const GAP: (f64, f64) = (56.0, 18.0);
const SWEEPS: usize = 8;

pub(super) struct Layout {
    /// Left and top of each box.
    pub(super) boxes: Vec<(f64, f64)>,
    /// The points of each edge, from its box through the columns: it is level from every other one
    /// to the next, beginning with the first.
    pub(super) edges: Vec<Vec<(f64, f64)>>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A box, or the place of an edge in a column.
struct Item {
    level: usize,
    width: f64,
    height: f64,
    middle: f64,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// `sizes` are those of the boxes at `levels`; every edge leads to a higher level.
pub(super) fn layout(sizes: &[(f64, f64)], levels: &[usize], edges: &[(usize, usize)]) -> Layout {
    let mut items: Vec<_> = sizes
        .iter()
        .zip(levels)
        .map(|((width, height), level)| item(*level, *width, *height))
        .collect();
    let routes: Vec<_> = edges.iter().map(|edge| route(&mut items, *edge)).collect();
    let mut columns = columns(&items);
    for sweep in 0..SWEEPS {
        sort(&mut columns, &items, sweep % 2 == 0);
    }
    for column in &columns {
        stack(column, &mut items);
    }
    for sweep in 0..SWEEPS {
        settle(&columns, &mut items, sweep % 2 == 0);
    }
    let top = |item: &Item| item.middle - item.height / 2.0;
    let highest = items.iter().map(top).fold(f64::INFINITY, f64::min);
    let mut height: f64 = 0.0;
    for item in &mut items {
        item.middle -= highest;
        height = height.max(item.middle + item.height / 2.0);
    }
    let (lefts, width) = lefts(&columns, &items);
    let boxes = items.iter().take(sizes.len());
    Layout {
        boxes: boxes.map(|item| (lefts[item.level], top(item))).collect(),
        edges: routes
            .iter()
            .map(|route| points(route, &items, &lefts, &columns))
            .collect(),
        width,
        height,
    }
}

fn item(level: usize, width: f64, height: f64) -> Item {
    Item {
        level,
        width,
        height,
        middle: 0.0,
        before: Vec::new(),
        after: Vec::new(),
    }
}

/// The items along an edge, with one made for each column between its ends.
fn route(items: &mut Vec<Item>, (from, to): (usize, usize)) -> Vec<usize> {
    let mut route = vec![from];
    for level in items[from].level + 1..items[to].level {
        items.push(item(level, 0.0, 2.0));
        route.push(items.len() - 1);
    }
    route.push(to);
    for pair in route.windows(2) {
        items[pair[0]].after.push(pair[1]);
        items[pair[1]].before.push(pair[0]);
    }
    route
}

fn columns(items: &[Item]) -> Vec<Vec<usize>> {
    let count = items.iter().map(|item| item.level + 1).max().unwrap_or(0);
    let mut columns = vec![Vec::new(); count];
    for (index, item) in items.iter().enumerate() {
        columns[item.level].push(index);
    }
    columns
}

/// Sorts each column by the mean rank of what its items are joined to in the one before, or after.
fn sort(columns: &mut [Vec<usize>], items: &[Item], forward: bool) {
    let mut rank = vec![0.0; items.len()];
    let mut order: Vec<_> = (0..columns.len()).collect();
    if !forward {
        order.reverse();
    }
    for level in order {
        let mean = |index: usize, own: f64| {
            let item = &items[index];
            let joined = if forward { &item.before } else { &item.after };
            mean(joined.iter().map(|other| rank[*other])).unwrap_or(own)
        };
        let ranked = columns[level].iter().zip(0_u32..);
        let mut ranked: Vec<_> = ranked
            .map(|(index, own)| (mean(*index, f64::from(own)), *index))
            .collect();
        ranked.sort_by(|one, other| one.0.total_cmp(&other.0));
        columns[level] = ranked.into_iter().map(|(_, index)| index).collect();
        for (index, place) in columns[level].iter().zip(0_u32..) {
            rank[*index] = f64::from(place);
        }
    }
}

/// Puts the items of a column below each other, around the middle.
fn stack(column: &[usize], items: &mut [Item]) {
    let heights: f64 = column
        .iter()
        .map(|index| items[*index].height + GAP.1)
        .sum();
    let mut top = -heights / 2.0;
    for index in column {
        let item = &mut items[*index];
        item.middle = top + item.height / 2.0;
        top += item.height + GAP.1;
    }
}

/// Moves each item towards the middle of what it is joined to, in turn for each column.
fn settle(columns: &[Vec<usize>], items: &mut [Item], forward: bool) {
    let mut order: Vec<_> = columns.iter().collect();
    if !forward {
        order.reverse();
    }
    for column in order {
        let wished: Vec<_> = column
            .iter()
            .map(|index| {
                let item = &items[*index];
                let joined = item.before.iter().chain(&item.after);
                mean(joined.map(|other| items[*other].middle)).unwrap_or(item.middle)
            })
            .collect();
        for (index, middle) in column.iter().zip(apart(column, &wished, items)) {
            items[*index].middle = middle;
        }
    }
}

/// The middles nearest to those wished for that keep the column's items apart: the least sum of
/// squares, by pooling neighbours that would come too near.
fn apart(column: &[usize], wished: &[f64], items: &[Item]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(column.len());
    let mut offset = 0.0;
    for (place, index) in column.iter().enumerate() {
        if let Some(above) = place.checked_sub(1).map(|above| column[above]) {
            offset += f64::midpoint(items[above].height, items[*index].height) + GAP.1;
        }
        offsets.push(offset);
    }
    // Each pool: the sum of its wishes, how many they are.
    let mut pools: Vec<(f64, u32)> = Vec::new();
    for (wish, offset) in wished.iter().zip(&offsets) {
        let mut pool = (wish - offset, 1);
        while let Some(above) = pools.pop_if(|above| level(*above) > level(pool)) {
            pool = (above.0 + pool.0, above.1 + pool.1);
        }
        pools.push(pool);
    }
    let levels = pools
        .iter()
        .flat_map(|pool| std::iter::repeat_n(level(*pool), pool.1 as usize));
    levels
        .zip(&offsets)
        .map(|(level, offset)| level + offset)
        .collect()
}

fn level((sum, count): (f64, u32)) -> f64 {
    sum / f64::from(count)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| level((sum, count)))
}

fn breadth(column: &[usize], items: &[Item]) -> f64 {
    let widths = column.iter().map(|index| items[*index].width);
    widths.fold(0.0, f64::max)
}

/// Where each column begins, and where the last one ends.
fn lefts(columns: &[Vec<usize>], items: &[Item]) -> (Vec<f64>, f64) {
    let mut lefts = Vec::with_capacity(columns.len());
    let mut left = 0.0;
    for column in columns {
        lefts.push(left);
        left += breadth(column, items) + GAP.0;
    }
    (lefts, (left - GAP.0).max(0.0))
}

fn points(
    route: &[usize],
    items: &[Item],
    lefts: &[f64],
    columns: &[Vec<usize>],
) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    for (place, index) in route.iter().enumerate() {
        let item = &items[*index];
        let left = lefts[item.level];
        // It leaves its own box where that ends, and its column where the widest box does.
        let begin = if place == 0 { left + item.width } else { left };
        points.push((begin, item.middle));
        if place + 1 < route.len() {
            let end = left + breadth(&columns[item.level], items);
            points.push((end, item.middle));
        }
    }
    points
}
