package io.windlass.engine.git;

import java.nio.file.Path;
import java.util.List;

/**
 * A checkout with a {@code .git} of its own at exactly one commit, detached, with the repository's
 * branches (as {@code origin/...}) and tags. Its objects stay in the mirror: a sandbox binds {@link
 * #objects} read-only, at the same paths, or Git commands in steps find no objects. Files under Git
 * LFS are left as their pointers.
 *
 * @param commit the commit, also where a tag was asked for
 * @param objects directories of Git objects that it borrows, absolute
 * @param bytes sum of the files, submodules included
 */
public record Workspace(Path directory, String commit, List<Path> objects, long files, long bytes) {
  public Workspace {
    objects = List.copyOf(objects);
  }
}
