"""The table of mistakes that the histories must notice (`mutations.py` makes them)."""

from __future__ import annotations

from tests.mutating import Mutation

DECIDING = [
    Mutation(
        "roster/deciding/persons.py",
        'found[d.map.ids["person"].positions(d.rules.kept_out)] = False',
        "pass",
        "a person kept out is not visible",
    ),
    Mutation(
        "roster/deciding/persons.py",
        'ACCOUNT = (\n    marked("person"),',
        "ACCOUNT = (",
        "a marked person is not visible",
    ),
    Mutation(
        "roster/deciding/attendance.py",
        'return shared if "guardians" in d.rules.shares else ~shared',
        "return shared",
        "guardians are off until they are ticked",
    ),
    Mutation(
        "roster/deciding/attendance.py",
        "flags: Flags = d.map.person.grades.any(d.map.grades.among(chosen))[student]",
        'flags: Flags = d.every("school_enrollment")',
        "a grade that isn't shared takes its students",
    ),
    Mutation(
        "roster/deciding/presence.py",
        "return students(d).by_role | by_class",
        'return d.every("school_enrollment")',
        "a guest leaves the school with the only class there",
    ),
    Mutation(
        "roster/deciding/levels.py",
        "flags: Flags = of_classes(d) != OPEN",
        "flags: Flags = of_classes(d) > 1_000_000",
        "a class goes with the level that all of its students are in",
    ),
    Mutation(
        "roster/deciding/scores.py",
        'PAST_ENROLLMENT = (marked("past_enrollment"),)',
        "PAST_ENROLLMENT = ()",
        "a result goes with the enrollment that it is by, ended or not",
    ),
    Mutation(
        "roster/deciding/scores.py",
        'return ~d.marked("school_enrollment")',
        'return d.every("school_enrollment")',
        "a result goes with the school enrollment at its school",
    ),
    Mutation(
        "roster/deciding/scores.py",
        "flags: Flags = ~item.classless | d.rules.schools.is_all",
        'flags: Flags = item.classless | d.every("assessment_line_item")',
        "an assessment without class is for whoever gets all schools",
    ),
    Mutation(
        "roster/deciding/classes.py",
        'flags: Flags = np.where(is_school, d.ok("place"), ~below_a_mark(d))',
        'flags: Flags = np.where(is_school, d.ok("place"), True)',
        "a course without classes goes with its excluded district",
    ),
    Mutation(
        "roster/deciding/classes.py",
        '    parent("classes", "section", unless=is_free),\n'
        '    parent("courses", "course_row", unless=is_free),\n',
        "",
        "a resource goes with the last class or course that it is of",
    ),
    Mutation(
        "roster/deciding/rules.py",
        '    "users.userProfiles": "users.userProfiles",\n',
        "",
        "accounts of other vendors are off until they are ticked",
    ),
    Mutation(
        "roster/deciding/rules.py",
        '    "users.userMasterIdentifier": "users.userMasterIdentifier",\n',
        "",
        "master identifiers are off until they are ticked",
    ),
    Mutation(
        "roster/deciding/rules.py",
        '    "users.pronouns": "users.pronouns",\n',
        "",
        "pronouns are off until they are ticked",
    ),
    Mutation(
        "roster/map/memberships.py",
        "since=padded(np.where(begin == section.begins[at[:-1]], 0, begin), OPEN),",
        "since=padded(np.where(begin >= section.begins[at[:-1]], 0, begin), OPEN),",
        "who joins on a second term's first day comes with it",
    ),
    Mutation(
        "roster/map/memberships.py",
        "until=padded(np.where(end == section.ends[at[:-1]], OPEN, end), 0),",
        "until=padded(np.where(end <= section.ends[at[:-1]], OPEN, end), 0),",
        "who leaves on a first term's last day is gone",
    ),
    Mutation(
        "roster/deciding/why.py",
        "return self._chain((step, row), ())",
        "return self._chain((step, row), ())[-1:]",
        "reasons are told by every branch",
    ),
    Mutation(
        "roster/deciding/why.py",
        "            tuple(chains[1:]),\n",
        "            (),\n",
        "of several branches, each has a line",
    ),
    Mutation(
        "roster/deciding/why.py",
        "tuple(self._cause(each, row, ()) for each in failed if each is not first),",
        "(),",
        "of several conditions that fail, each is a reason",
    ),
    Mutation(
        "roster/deciding/attendance.py",
        '    Condition("not_shared", shares_students, "role"),\n'
        '    in_year("school_enrollment", "as_student"),\n'
        '    Condition("dates", lambda d: presence.students(d).at_all,'
        ' dates=dates_at("as_student")),\n',
        '    Condition("dates", lambda d: presence.students(d).at_all,'
        ' dates=dates_at("as_student")),\n'
        '    Condition("not_shared", shares_students, "role"),\n'
        '    in_year("school_enrollment", "as_student"),\n',
        "a role that isn't shared is a reason before its dates are",
    ),
    Mutation(
        "roster/deciding/conditions.py",
        "        return str(d.map.fields[d.rows(kind).lacks[d.version][row] - 1])",
        "        found = str(d.map.fields[d.rows(kind).lacks[d.version][row] - 1])\n"
        '        return "username" if found == "givenName" else found',
        "the reason names the field that is missing",
    ),
]

MARKS = [
    Mutation(
        "roster/carrying/succession.py",
        "    return {each for each in new.course_row.levels[row] if new.course.calendar[each] < 0}",
        "    return set()",
        "a mark passes to the levels of a course that are in no calendar any more",
    ),
    Mutation(
        "roster/marks/resolving.py",
        "if position >= 0 or not is_later(m, mark) or not of_the_year(mark, m):",
        "if True:",
        "a mark on a level of today is found in an older map by what it is about",
    ),
    Mutation(
        "roster/marks/resolving.py",
        '    "enrollment": enrollments,\n',
        "",
        "a mark on an enrollment outlives it, for the results by it",
    ),
    Mutation(
        "roster/carrying/__init__.py",
        "    opened = close_again(closed, new, marks_of(organization))\n",
        "    opened = Opened()\n",
        "no import opens what a mark closed",
    ),
    Mutation(
        "roster/publishing/inputs.py",
        "    return replace(inputs, marks=unpack(bytes(publication.marks), inputs.map))",
        "    inputs = replace(inputs, marks=unpack(bytes(publication.marks), inputs.map))\n"
        "    return inputs.marked(resolve(marks_of(organization), inputs.map))",
        "a bundle's mark that nobody has refreshed keeps no act from what it takes",
    ),
    Mutation(
        "roster/excluding/marking.py",
        "    marks = marks_for(organization, kind, list(wanted))\n",
        "    known = _marked(organization, kind, Mark.Source.BUNDLE)\n"
        "    marks = marks_for(organization, kind, sorted(wanted.keys() - known))\n",
        "whether there is anything to withdraw is asked of the publications",
    ),
    Mutation(
        "roster/excluding/marking.py",
        "        taken_over.filter(columns__sourced_id__in=part).delete()\n",
        "",
        "a bundle's mark takes over from a person's that is cleared",
    ),
]

ACTS = [
    Mutation(
        "roster/publishing/acts.py",
        "return dict(publication.feed.rules if self.rules is None else self.rules)",
        "return dict(publication.rules if self.rules is None else self.rules)",
        "what is read on is judged by the sharing of now",
    ),
    Mutation(
        "roster/publishing/withdrawing.py",
        "                self.plan.marked[publication.pk] = staying.marks",
        "                pass",
        "what a mark took stays taken, though it is cleared and another takes the rest",
    ),
    Mutation(
        "roster/publishing/unlisted.py",
        'CARRYING = ("orgs", "classes", "users", "enrollments")',
        'CARRYING = ("classes", "users", "enrollments")',
        "an org isn't seen for a school that isn't listed",
    ),
    Mutation(
        "roster/publishing/changing.py",
        "    _take(organization, Act(marks=tuple(marks)), write, progress)",
        "    flip(organization, Plan, write)",
        "a mark doesn't wait for the refresh",
    ),
    Mutation(
        "roster/publishing/changing.py",
        "    _take(organization, Act(policy=tuple(policy)), then)",
        "    flip(organization, Plan, then)",
        "a field policy doesn't wait for the refresh",
    ),
    Mutation(
        "roster/publishing/changing.py",
        "            return withdrawn(now.organization, change, shelves)[0]\n",
        "            return Plan()\n",
        "what is narrowed holds at once for who is paused, too",
    ),
    Mutation(
        "roster/publishing/changing.py",
        "plan, replaced = withdrawn(now.organization, change, shelves, heads=False)",
        "plan, replaced = Plan(), {}",
        "what a changed sharing takes leaves the publications that runs read",
    ),
    Mutation(
        "roster/publishing/withdrawing.py",
        "rows = Publication.objects.filter(feed__organization=organization, listed=True)",
        "rows = Publication.objects.filter(\n"
        "        feed__organization=organization, listed=True, superseded=None)",
        "what was marked leaves every publication that exists",
    ),
    Mutation(
        "roster/publishing/remaining.py",
        "entries = List(live.records, now, np.where(changed, NEW, live.stamps))",
        "entries = List(live.records, now, live.stamps)",
        "what stands in a record's place is stamped by the act",
    ),
    Mutation(
        "roster/publishing/withdrawing.py",
        "                found.stamp(collection, records)\n",
        "                pass\n",
        "who is withdrawn from what a run reads, and stays at the head, is heard of again",
    ),
    Mutation(
        "roster/publishing/withdrawing.py",
        "            self.plan.rewritten += found.rewritten()\n",
        "            self.plan.rewritten += [] if follows else found.rewritten()\n",
        "a run that began with the head is withdrawn from, too",
    ),
    Mutation(
        "roster/publishing/withdrawing.py",
        "            if found.differs:\n",
        "            if found.differs and publication.feed.state != 'paused':\n",
        "a paused vendor's next delta tells of an exclusion",
    ),
    Mutation(
        "roster/publishing/withdrawing.py",
        "        while unfit := self._prune(case):\n            case.force(unfit)\n",
        "        self._prune(case)\n",
        "whoever names a record that can't be pruned to a truth is looked at again",
    ),
    Mutation(
        "roster/publishing/cases.py",
        "            self.force(ground.taken_today(first, self.inputs.map))\n",
        "",
        "an act takes from an older publication what it takes today",
    ),
    Mutation(
        "roster/publishing/cases.py",
        "        common = (self.left & self.rules).with_fields_of(self.rules)\n",
        "        common = self.left\n",
        "an act gives nobody a role at a school that is shared anew",
    ),
    Mutation(
        "roster/dialects/pruning.py",
        "return [reference for reference in value if _is_kept(reference, keep)]",
        "return list(value)",
        "no live document names what was withdrawn",
    ),
    Mutation(
        "roster/dialects/pruning.py",
        '    if answer.primary_org is None:\n        document.pop("primaryOrg", None)\n',
        "",
        "the primary org goes with the assignment there",
    ),
    Mutation(
        "roster/reading/pages.py",
        "if fields := source.cut.get(collection):",
        "if fields := ():",
        "a withheld field is gone at once, and not when documents are rendered anew",
    ),
]

PUBLISHING = [
    Mutation(
        "roster/publishing/inputs.py",
        "    if organization.shown_map_id is None or organization.shown_day is None:\n",
        "    if True:\n",
        "what is published between refreshes is what the last one has shown",
    ),
    Mutation(
        "roster/importing/former.py",
        "    if organization.shown_map_id is None:\n        return\n",
        "    return\n",
        "an import keeps the rows that it overwrites until a refresh has shown it",
    ),
    Mutation(
        "roster/publishing/comparing.py",
        "stamps[kept] = old.stamps[at[kept]]",
        "pass",
        "unchanged document, unchanged stamp",
    ),
    Mutation(
        "roster/publishing/comparing.py",
        "same[known] = old.documents[at[known]] == documents[known]",
        "pass",
        "a changed document is stamped by the publication that shows it",
    ),
    Mutation(
        "roster/publishing/comparing.py",
        "    if not len(gone):\n        return stones\n",
        "    return stones\n",
        "a record that could be read and can no longer leaves a tombstone",
    ),
    Mutation(
        "roster/publishing/flipping.py",
        "    return max(milliseconds(clock()), last + 1)",
        "    return last + 1",
        "a stamp is never earlier than the moment the change became readable",
    ),
    Mutation(
        "roster/publishing/flipping.py",
        "                if locked(organization) == base:\n",
        "                if locked(organization):\n",
        "a refresh in which somebody excludes begins again",
    ),
    Mutation(
        "roster/publishing/flipping.py",
        "name: [[part, size, number if stamp == NEW else stamp] for part, size, stamp in parts]",
        "name: [[part, size, number] for part, size, stamp in parts]",
        "a part of a list that stands keeps the stamp of what showed it first",
    ),
    Mutation(
        "roster/publishing/making.py",
        "        return self.was_cut(collection) - hidden\n",
        "        return set()\n",
        "who couldn't read a field for a while gets it anew",
    ),
    Mutation(
        "roster/publishing/shelf.py",
        "            if name not in known:\n",
        "            if True:\n",
        "a document is its bytes: equal ones are one and keep their stamp",
    ),
    Mutation(
        "roster/deciding/answers.py",
        "        total += _hashes(d, rows, reference, salt, is_hidden=reference.name in hidden)\n",
        "        pass\n",
        "the key of a document is made of all that its dialect function gets",
    ),
    Mutation(
        "roster/dialects/tombstones.py",
        "        if known.required and known.name not in BASE\n",
        "        if known.name not in BASE\n",
        "a tombstone holds required fields only, and nobody's name",
    ),
]

READING = [
    Mutation(
        "connections/belonging.py",
        "return None if _is_over_for(newest, token, name, now) else newest",
        "return None",
        "a run reads one publication, whatever lands meanwhile",
    ),
    Mutation(
        "connections/belonging.py",
        "    return _that_began(going_on, token, name, offset) or newest\n",
        "    return newest\n",
        "two programs on one connection never disturb each other",
    ),
    Mutation(
        "connections/belonging.py",
        "        return token in pin.tokens, upto == offset, reached, near, _age(pin)\n",
        "        return token in pin.tokens, False, False, 0, _age(pin)\n",
        "nor do two that share a token",
    ),
    Mutation(
        "connections/belonging.py",
        "IDLE = timedelta(minutes=15)",
        "IDLE = timedelta(hours=15)",
        "a run ends after 15 idle minutes",
    ),
    Mutation(
        "connections/sync_history.py",
        "AFTER = timedelta(minutes=20)",
        "AFTER = timedelta(0)",
        "a delta since the end of a reading, by a clock five minutes fast, misses nothing",
    ),
    Mutation(
        "roster/api/list_keys.py",
        "    oldest = reader.run.oldest_read(moment) if moment else None\n",
        "    oldest = None\n",
        "a delta since a moment within a reading misses nothing that landed in it",
    ),
    Mutation(
        "roster/reading/listed.py",
        "    return begun if acted else None\n",
        "    return None\n",
        "a list that has begun keeps its length and order",
    ),
    Mutation(
        "roster/reading/listed.py",
        '    found = lists.references(header, collection, "former")\n'
        "    return sorted((part for part in found if part[2] > begun), key=lambda part: -part[2])",
        '    found = lists.references(header, collection, "former")\n'
        "    return sorted((part for part in found), key=lambda part: -part[2])",
        "a list that begins after an act finds the withdrawn by nothing",
    ),
    Mutation(
        "roster/reading/withheld.py",
        "return hidden | Rules.of(now, policy).hidden(collection) | frozenset(cut)",
        "return hidden",
        "a withheld field finds nothing",
    ),
    Mutation(
        "connections/lifecycle.py",
        "    elif feed.state == Feed.State.PAUSED:\n        resume_feed(feed, by=by, then=move)\n",
        "    elif feed.state == Feed.State.PAUSED:\n        move.alone()\n",
        "what changed in a pause is read when it ends",
    ),
    Mutation(
        "connections/lifecycle.py",
        "        state=Feed.State.FOLLOWING if enabled else Feed.State.OFF,\n",
        "        state=Feed.State.FOLLOWING,\n",
        "who waits for the launch has read nothing before, and hears of nobody who left",
    ),
    Mutation(
        "connections/lifecycle.py",
        '    _pause_feed(Move(connection, Status.SUSPENDED, "connection.suspended", by, reason))',
        '    Move(connection, Status.SUSPENDED, "connection.suspended", by, reason).alone()',
        "who is suspended keeps what it had, and hears of nobody who came and left meanwhile",
    ),
]

KEEPING = [
    Mutation(
        "roster/publishing/acts.py",
        "lambda: own(self.organization, publication)",
        "lambda: todays(self.organization)",
        "an act judges what was published by the map that it was made with",
    ),
    Mutation(
        "roster/dialects/documents.py",
        '"courseCode": lambda version, row, answer: row.course_code or row.sourced_id},',
        '"courseCode": lambda version, row, answer: row.course_code},',
        "a course without a code is published with its classes",
    ),
    Mutation(
        "roster/publishing/sweeping.py",
        "            if locked(organization)._replace(swept=0) != base._replace(swept=0):\n"
        "                break\n",
        "            locked(organization)\n",
        "what is shown while it sweeps is not swept",
    ),
    Mutation(
        "roster/publishing/sweeping.py",
        'update(swept=F("swept") + 1)',
        'update(swept=F("swept"))',
        "whoever prepared with what was swept meanwhile begins again",
    ),
    Mutation(
        "roster/database/bulk.py",
        '"SELECT seq FROM sqlite_sequence WHERE name = %s", [table])',
        'f"SELECT coalesce(max(id), 0) + {count} FROM {table}")',
        "the number of a document that was swept is given to no other (of SQLite)",
    ),
    Mutation(
        "roster/publishing/sweeping.py",
        "    _note(numbers[~unlisted & (noted == 1)], None)\n",
        "",
        "a document that is listed again stays",
    ),
    Mutation(
        "roster/publishing/flipping.py",
        "            except (Swept, RowsChanged, StoredMap.DoesNotExist, IntegrityError):\n"
        "                if attempt >= TRIES:\n",
        "            except (Swept, RowsChanged, StoredMap.DoesNotExist, IntegrityError):\n"
        "                if attempt >= 0:\n",
        "a plan is made again where something that it read is swept",
    ),
    Mutation(
        "roster/publishing/refreshing.py",
        "        if holding.is_superseded(held):\n",
        "        if False:\n",
        "what is approved is what was held, and no later import",
    ),
    Mutation(
        "roster/publishing/refreshing.py",
        "        inputs = todays(self.organization)\n",
        "        inputs = todays(self.organization)\n"
        "        inputs = inputs.with_marks(()) if self.approve else inputs\n",
        "what is approved is shown with every act since it was held",
    ),
    Mutation(
        "roster/publishing/changing.py",
        "    return held_refresh(organization) is None and _is_published(organization)",
        "    return _is_published(organization)",
        "who begins or resumes while a refresh is held waits with it",
    ),
    Mutation(
        "roster/written/reach.py",
        "return known & (marks == HERE), known, since,",
        "return known, known, since,",
        "each reader sees of what was written what its decision sees",
    ),
    Mutation(
        "roster/written/reach.py",
        "return Extent(List(every, marks, np.where(unchanged, since, now)))",
        "return Extent(List(every, marks, np.full_like(since, now)))",
        "what was written keeps the stamp of its write when something is published",
    ),
    Mutation(
        "roster/reading/matching.py",
        "        known = united(asked.known, united(unknown, found))\n",
        "        known = united(asked.known, united(unknown - 1, found))\n",
        "which documents match is known of those alone that were asked",
    ),
    Mutation(
        "roster/map/storing.py",
        "    if m.revision != row.revision:\n        raise Outdated\n",
        "",
        "a map that can't be read gives way to no later one",
    ),
    Mutation(
        "roster/map/storing.py",
        "    if stored.form != FORM:\n        return None\n",
        "",
        "nothing is decided by a map of another release's form",
    ),
    Mutation(
        "roster/map/storing.py",
        "        raise Damaged\n    content = io",
        "        pass\n    content = io",
        "damage is seen before any of a map is interpreted",
    ),
]

MUTATIONS = [*DECIDING, *MARKS, *ACTS, *PUBLISHING, *READING, *KEEPING]
