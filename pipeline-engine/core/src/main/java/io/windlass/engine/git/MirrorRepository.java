package io.windlass.engine.git;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.PackParser;

/**
 * A bare repository that takes packs only within a budget. Every transport of JGit puts what it
 * receives through {@link #newObjectInserter}, so this is the one place that bounds them all.
 */
final class MirrorRepository extends FileRepository {
  private volatile Budget budget = new Budget(Limits.DEFAULTS);
  private volatile AtomicLong received = new AtomicLong();

  MirrorRepository(File gitDirectory) throws IOException {
    super(gitDirectory);
  }

  /** For the fetch that begins now; the caller holds the mirror's lock. */
  void spend(Budget next) {
    budget = next;
    received = new AtomicLong();
  }

  long received() {
    return received.get();
  }

  /** Full names of branches and tags with the ids that they hold, in order. */
  SortedMap<String, String> heads() throws IOException {
    SortedMap<String, String> heads = new TreeMap<>();
    for (Ref ref : getRefDatabase().getRefsByPrefix("refs/heads/", "refs/tags/")) {
      ObjectId id = ref.getObjectId();
      if (id != null) {
        heads.put(ref.getName(), id.name());
      }
    }
    return heads;
  }

  /** Where it was last fetched from; empty before. */
  Optional<CloneUrl> url() {
    return Optional.ofNullable(getConfig().getString("remote", "origin", "url"))
        .map(CloneUrl::parse);
  }

  @Override
  public ObjectInserter newObjectInserter() {
    ObjectInserter inserter = super.newObjectInserter();
    return new ObjectInserter.Filter() {
      @Override
      protected ObjectInserter delegate() {
        return inserter;
      }

      @Override
      public PackParser newPackParser(InputStream in) throws IOException {
        PackParser parser = inserter.newPackParser(budget.bounded(in, received));
        // One object that inflates without end is a small pack.
        parser.setMaxObjectSizeLimit(budget.limits().checkoutBytes());
        return parser;
      }
    };
  }
}
