/** Whether each switch is asked for where its hunk stands in C. */
import { SWITCH_IDS, type SwitchId } from '../../model/features/hunk-id';
import { hunkFacts, switchFacts } from '../../model/features/hunk-table';
import { isHelper } from './arms';
import { check, type Check } from './check';
import { PLACE_EXCEPTIONS, type PlaceException } from './exceptions';
import { isCounterpart, type Declaration } from './model-code';
import type { PlacedSwitch } from './placed-switches';

/**
 * The functions from the hunk's own down to the place, each used by the one before; undefined where the
 * hunk's file and function do not explain the place.
 */
export function explain(
  place: PlacedSwitch,
  code: readonly Declaration[],
): readonly string[] | undefined {
  const { id, file } = place;
  if (id === undefined || !isCounterpart(file, hunkFacts(switchFacts(id).hunk).file))
    return undefined;
  return pathTo(
    place.function,
    namesOf(id),
    code.filter((each) => each.file === file),
  );
}

/** The names under which a hunk's place may be known: its function, and what it defines. */
function namesOf(id: SwitchId): ReadonlySet<string> {
  const { hunk, defines, derived } = switchFacts(id);
  const derivedNames = derived?.defines.map(({ name }) => name) ?? [];
  const all = [hunkFacts(hunk).function, ...defines, ...derivedNames];
  return new Set(all.map((name) => name.slice(name.lastIndexOf('.') + 1)));
}

/** The way from one of the functions to another that only it uses, through helpers. */
function pathTo(
  name: string,
  wanted: ReadonlySet<string>,
  file: readonly Declaration[],
  below: readonly string[] = [],
): readonly string[] | undefined {
  if (wanted.has(name)) return [name, ...below];
  const own = file.find((each) => each.name === name);
  if (own === undefined || below.includes(name)) return undefined;
  // An enum is a list of names, and a function beside it says which of them there are.
  const list = file.find(
    (each) => own.names.includes(each.name) && each.parts.some((part) => wanted.has(part)),
  );
  if (list !== undefined) return [list.name, name, ...below];
  const users = file.filter((each) => each !== own && each.names.includes(name));
  if (!isHelper(own) || users.length === 0) return undefined;
  const paths = users.map((user) => pathTo(user.name, wanted, file, [name, ...below]));
  return paths.every((path) => path !== undefined) ? paths[0] : undefined;
}

const isSame = (place: PlacedSwitch, exception: PlaceException): boolean =>
  place.id === exception.id &&
  place.file === exception.file &&
  place.function === exception.function;

/** The reason that is declared for a place. */
export const exceptionFor = (place: PlacedSwitch): PlaceException | undefined =>
  PLACE_EXCEPTIONS.find((exception) => isSame(place, exception));

/** In the form in which editors find it. */
export const placeText = ({ file, line, function: name }: PlacedSwitch): string =>
  `${file}:${line} (${name})`;

/** Every check of where and how switches are asked for. */
export function placeChecks(
  places: readonly PlacedSwitch[],
  code: readonly Declaration[],
): Check[] {
  const acts = (id: SwitchId): boolean => switchFacts(id).effect !== 'none';
  const asked = new Set(places.map(({ id }) => id));
  const misplaced = places.filter(
    (place) => place.id !== undefined && !explain(place, code) && !exceptionFor(place),
  );
  const explained = PLACE_EXCEPTIONS.filter(
    (exception) => !places.some((place) => isSame(place, exception) && !explain(place, code)),
  );
  return [
    check('placed', 'every switch that acts is asked for in the model', [
      ...SWITCH_IDS.filter((id) => acts(id) && !asked.has(id)).map((id) => `${id}: nowhere`),
    ]),
    check('inert', 'a switch that does nothing is asked for nowhere', [
      ...places
        .filter(({ id }) => id !== undefined && !acts(id))
        .map((place) => `${place.id}: ${placeText(place)}`),
    ]),
    check(
      'in-place',
      'every switch stands in the file and function of its hunk, or in a part of that function',
      misplaced.map((place) => `${place.id}: ${placeText(place)}`),
    ),
    check(
      'exceptions',
      'every exception of place is needed',
      explained.map(({ id, file, function: name }) => `${id}: ${file} (${name})`),
    ),
    check('literal', 'every question names its switch as it stands', [
      ...places.filter(({ id }) => id === undefined).map(placeText),
    ]),
    check('decides', 'a switch is asked for only to choose an arm', [
      ...places
        .filter(({ decides }) => !decides)
        .map((place) => `${place.id ?? '?'}: ${placeText(place)}`),
    ]),
  ];
}
