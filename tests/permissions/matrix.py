"""The matrix of permissions as the county has decided it, written by hand: not taken from the product's own table.

For each role a row for every action that it has somewhere: own (the office of the position), sub (that office and what is below
it), all (the county), or - (denied), under each kind of office. ``never`` names the actions that the role has nowhere, so that
every action stands somewhere for every role, and a new one has to be placed.
"""

KINDS = ("county_hall", "sub_centre", "town_centre", "village_point", "grid_point", "bank", "post", "merchant_point")

MATRIX = """
applicant                  hall  sub  town  village  grid  bank  post  shop
  never take_in work_on_case read_case search_cases resend_messages follow_up_ratings delegate witness_mandate check hand_over
  never receive_hand_over keep_custody record_consent disclose_identity read_ledger supervise manage_offices manage_competences
  never import_points update_network manage_deliveries manage_positions manage_accounts read_administration_log read_disclosures
  never urge lead manage_warnings manage_calendar

signatory                  hall  sub  town  village  grid  bank  post  shop
  never take_in work_on_case read_case search_cases resend_messages follow_up_ratings delegate witness_mandate check hand_over
  never receive_hand_over keep_custody record_consent disclose_identity read_ledger supervise manage_offices manage_competences
  never import_points update_network manage_deliveries manage_positions manage_accounts read_administration_log read_disclosures
  never urge lead manage_warnings manage_calendar

clerk                      hall  sub  town  village  grid  bank  post  shop
  take_in                  own   own  own   own      -     -     -     -
  work_on_case             own   own  own   own      -     -     -     -
  read_case                own   own  own   own      -     -     -     -
  search_cases             own   own  own   own      -     -     -     -
  resend_messages          own   own  own   own      -     -     -     -
  witness_mandate          own   own  own   own      -     -     -     -
  record_consent           own   own  own   own      -     -     -     -
  disclose_identity        own   own  own   own      -     -     -     -
  never follow_up_ratings delegate check hand_over receive_hand_over keep_custody read_ledger supervise manage_offices
  never manage_competences import_points update_network manage_deliveries manage_positions manage_accounts
  never read_administration_log read_disclosures
  never urge lead manage_warnings manage_calendar

registrar                  hall  sub  town  village  grid  bank  post  shop
  work_on_case             own   own  -     -        -     -     -     -
  read_case                own   own  -     -        -     -     -     -
  search_cases             own   own  -     -        -     -     -     -
  resend_messages          own   own  -     -        -     -     -     -
  disclose_identity        own   own  -     -        -     -     -     -
  never take_in follow_up_ratings delegate witness_mandate check hand_over receive_hand_over keep_custody record_consent
  never read_ledger supervise manage_offices manage_competences import_points update_network manage_deliveries
  never manage_positions manage_accounts read_administration_log read_disclosures
  never urge lead manage_warnings manage_calendar

registrar-head             hall  sub  town  village  grid  bank  post  shop
  work_on_case             own   own  -     -        -     -     -     -
  read_case                own   own  -     -        -     -     -     -
  search_cases             own   own  -     -        -     -     -     -
  resend_messages          own   own  -     -        -     -     -     -
  disclose_identity        own   own  -     -        -     -     -     -
  lead                     own   own  -     -         -     -     -     -
  never take_in follow_up_ratings delegate witness_mandate check hand_over receive_hand_over keep_custody record_consent
  never read_ledger supervise manage_offices manage_competences import_points update_network manage_deliveries
  never manage_positions manage_accounts read_administration_log read_disclosures
  never urge manage_warnings manage_calendar

officer                    hall  sub  town  village  grid  bank  post  shop
  work_on_case             own   own  -     -        -     own   -     -
  read_case                own   own  -     -        -     own   -     -
  search_cases             own   own  -     -        -     own   -     -
  resend_messages          own   own  -     -        -     own   -     -
  disclose_identity        own   own  -     -        -     own   -     -
  never take_in follow_up_ratings delegate witness_mandate check hand_over receive_hand_over keep_custody record_consent
  never read_ledger supervise manage_offices manage_competences import_points update_network manage_deliveries
  never manage_positions manage_accounts read_administration_log read_disclosures
  never urge lead manage_warnings manage_calendar

rating-officer             hall  sub  town  village  grid  bank  post  shop
  work_on_case             own   own  -     -        -     -     -     -
  read_case                own   own  -     -        -     -     -     -
  search_cases             own   own  -     -        -     -     -     -
  resend_messages          own   own  -     -        -     -     -     -
  follow_up_ratings        own   own  -     -        -     -     -     -
  disclose_identity        own   own  -     -        -     -     -     -
  never take_in delegate witness_mandate check hand_over receive_hand_over keep_custody record_consent read_ledger supervise
  never manage_offices manage_competences import_points update_network manage_deliveries manage_positions manage_accounts
  never read_administration_log read_disclosures
  never urge lead manage_warnings manage_calendar

agent                      hall  sub  town  village  grid  bank  post  shop
  work_on_case             own   own  own   own      own   own   own   own
  read_case                own   own  own   own      own   own   own   own
  search_cases             own   own  own   own      own   own   own   own
  resend_messages          own   own  own   own      own   own   own   own
  delegate                 own   own  own   own      own   own   own   own
  witness_mandate          own   own  own   own      own   -     -     -
  hand_over                own   own  own   own      own   own   own   own
  receive_hand_over        own   own  own   own      own   own   own   own
  keep_custody             own   own  own   own      own   own   own   own
  record_consent           own   own  own   own      own   own   own   own
  disclose_identity        own   own  own   own      own   own   own   own
  read_ledger              own   own  own   own      own   own   own   own
  never take_in follow_up_ratings check supervise manage_offices manage_competences import_points update_network
  never manage_deliveries manage_positions manage_accounts read_administration_log read_disclosures
  never urge lead manage_warnings manage_calendar

coordinator                hall  sub  town  village  grid  bank  post  shop
  work_on_case             own   own  own   -        -     -     -     -
  read_case                own   own  own   -        -     -     -     -
  search_cases             own   own  own   -        -     -     -     -
  resend_messages          own   own  own   -        -     -     -     -
  witness_mandate          own   own  own   -        -     -     -     -
  check                    own   own  own   -        -     -     -     -
  hand_over                own   own  own   -        -     -     -     -
  receive_hand_over        own   own  own   -        -     -     -     -
  keep_custody             own   own  own   -        -     -     -     -
  record_consent           own   own  own   -        -     -     -     -
  disclose_identity        own   own  own   -        -     -     -     -
  read_ledger              all   sub  sub   -        -     -     -     -
  lead                     own   sub  sub   -         -     -     -     -
  never take_in follow_up_ratings delegate supervise manage_offices manage_competences import_points update_network
  never manage_deliveries manage_positions manage_accounts read_administration_log read_disclosures
  never urge manage_warnings manage_calendar

supervisor                 hall  sub  town  village  grid  bank  post  shop
  read_case                all   sub  sub   -        -     -     -     -
  search_cases             all   sub  sub   -        -     -     -     -
  read_ledger              all   sub  sub   -        -     -     -     -
  supervise                all   sub  sub   -        -     -     -     -
  disclose_identity        all   sub  sub   -        -     -     -     -
  urge                     all   sub  sub   -         -     -     -     -
  never take_in work_on_case resend_messages follow_up_ratings delegate witness_mandate check hand_over receive_hand_over
  never keep_custody record_consent manage_offices manage_competences import_points update_network manage_deliveries
  never manage_positions manage_accounts read_administration_log read_disclosures
  never lead manage_warnings manage_calendar

administrator              hall  sub  town  village  grid  bank  post  shop
  manage_offices           all   -    -     -        -     -     -     -
  manage_competences       all   -    -     -        -     -     -     -
  manage_calendar          all   -    -     -        -     -     -     -
  import_points            all   -    -     -        -     -     -     -
  update_network           all   -    -     -        -     -     -     -
  manage_deliveries        all   -    -     -        -     -     -     -
  manage_warnings          all   -    -     -         -     -     -     -
  never take_in work_on_case read_case search_cases resend_messages follow_up_ratings delegate witness_mandate check hand_over
  never receive_hand_over keep_custody record_consent disclose_identity read_ledger supervise manage_positions manage_accounts
  never read_administration_log read_disclosures
  never urge lead

security-administrator     hall  sub  town  village  grid  bank  post  shop
  manage_positions         all   -    -     -        -     -     -     -
  manage_accounts          all   -    -     -        -     -     -     -
  never take_in work_on_case read_case search_cases resend_messages follow_up_ratings delegate witness_mandate check hand_over
  never receive_hand_over keep_custody record_consent disclose_identity read_ledger supervise manage_offices manage_competences
  never import_points update_network manage_deliveries read_administration_log read_disclosures
  never urge lead manage_warnings manage_calendar

auditor                    hall  sub  town  village  grid  bank  post  shop
  read_administration_log  all   -    -     -        -     -     -     -
  read_disclosures         all   -    -     -        -     -     -     -
  never take_in work_on_case read_case search_cases resend_messages follow_up_ratings delegate witness_mandate check hand_over
  never receive_hand_over keep_custody record_consent disclose_identity read_ledger supervise manage_offices manage_competences
  never import_points update_network manage_deliveries manage_positions manage_accounts
  never urge lead manage_warnings manage_calendar
"""

HEADINGS = ("hall", "sub", "town", "village", "grid", "bank", "post", "shop")


def cells(text: str = MATRIX) -> dict[tuple[str, str, str], str]:
    """Every cell: (role, kind of office, action) and own, sub, all or -. Raises ValueError for a cell written twice."""
    found: dict[tuple[str, str, str], str] = {}
    role = ""
    for line in filter(str.strip, text.splitlines()):
        first, *rest = line.split()
        if not line.startswith(" "):
            role = first
            if tuple(rest) != HEADINGS:
                raise ValueError(f"the columns of {role} are {rest}")
            continue
        rows = [(action, ["-"] * len(KINDS)) for action in rest] if first == "never" else [(first, rest)]
        for action, reaches in rows:
            for kind, reach in zip(KINDS, reaches, strict=True):
                if (role, kind, action) in found or reach not in ("own", "sub", "all", "-"):
                    raise ValueError(f"{role}, {kind}, {action}")
                found[role, kind, action] = reach
    return found
