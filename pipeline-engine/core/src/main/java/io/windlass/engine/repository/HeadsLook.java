package io.windlass.engine.repository;

import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.git.RemoteHeads;
import io.windlass.engine.journal.Database;
import io.windlass.engine.repository.RepositoryEvent.Difference;
import io.windlass.engine.run.CloneSource;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compares what the source host's branches and tags name with what is decided. The rows are read
 * before the host is asked, and each difference carries the version of its row: where a push came
 * in meanwhile, the ref knows that the look is older.
 */
final class HeadsLook {
  /** Refs of each kind that are compared; above it nothing of that kind is looked for. */
  static final int MOST_REFS = 20_000;

  /** Differences told at a time, so that no transaction becomes long. */
  static final int AT_A_TIME = 200;

  private static final List<String> KINDS = List.of("refs/heads/", "refs/tags/");

  private final Database database;
  private final Mirrors mirrors;
  private final CloneSource.Lookup sources;

  HeadsLook(Database database, Mirrors mirrors, CloneSource.Lookup sources) {
    this.database = database;
    this.mirrors = mirrors;
    this.sources = sources;
  }

  RepositoryEvent at(String repository) throws GitException {
    var name = RepositoryName.of(repository);
    Optional<CloneSource> source = sources.of(name);
    if (source.isEmpty()) {
      return new RepositoryEvent.HeadsUnknown(CommitReader.unknown(repository));
    }
    Map<String, HeadTable.Known> known =
        database.read(tx -> HeadTable.branchesAndTags(tx, repository));
    Map<String, String> there = new HashMap<>();
    RemoteHeads remote = mirrors.remoteHeads(name, source.get().url(), source.get().credentials());
    remote.refs().forEach((ref, sha) -> there.put(ref.name(), sha));
    return compare(known, there, remote.defaultBranch().map(Ref::name));
  }

  static RepositoryEvent compare(
      Map<String, HeadTable.Known> known,
      Map<String, String> there,
      Optional<String> defaultBranch) {
    List<Difference> differences = new ArrayList<>();
    Optional<String> problem = Optional.empty();
    for (String kind : KINDS) {
      long refs = there.keySet().stream().filter(ref -> ref.startsWith(kind)).count();
      if (refs > MOST_REFS) {
        problem =
            Optional.of(
                refs
                    + " refs under "
                    + kind
                    + " are more than the "
                    + MOST_REFS
                    + " that are compared; missed ones are not looked for");
      } else {
        differences.addAll(differences(kind, known, there));
      }
    }
    boolean whole = differences.size() <= AT_A_TIME;
    return new RepositoryEvent.HeadsObserved(
        whole ? differences : differences.subList(0, AT_A_TIME), whole, defaultBranch, problem);
  }

  private static List<Difference> differences(
      String kind, Map<String, HeadTable.Known> known, Map<String, String> there) {
    return Stream.concat(there.keySet().stream(), known.keySet().stream())
        .filter(ref -> ref.startsWith(kind))
        .distinct()
        .sorted()
        .map(ref ->
            new Difference(
                ref,
                Optional.ofNullable(known.get(ref)).map(HeadTable.Known::version),
                Optional.ofNullable(there.get(ref))))
        .filter(difference ->
            !difference
                .sha()
                .equals(Optional.ofNullable(known.get(difference.ref())).map(HeadTable.Known::sha)))
        .toList();
  }
}
