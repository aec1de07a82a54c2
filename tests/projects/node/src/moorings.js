/** The shortest of `moorings` (lengths in metres) that holds a boat, or undefined. */
export function assign(moorings, boat) {
  return moorings.filter((mooring) => mooring >= boat).sort((a, b) => a - b)[0];
}
