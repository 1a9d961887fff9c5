package io.windlass.engine.local.step;

import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.sandbox.Users;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gives a workspace to the user that its steps run as while any of them runs, and then back to whom
 * it belonged. Of use only where the keeper is root; else nobody's user changes.
 */
final class Workspaces {
  private final Users users;
  private final boolean drops;
  private final Map<Path, Integer> owners = new HashMap<>();

  Workspaces(Users users, boolean drops) {
    this.users = users;
    this.drops = drops;
  }

  /** The user for a step in this workspace, which can write to it from now on. */
  synchronized int enter(Path workspace) throws IOException {
    int user = users.acquire(workspace.toString());
    if (drops) {
      int owner = Trees.owner(workspace);
      owners.putIfAbsent(workspace, users.lends(owner) ? above(workspace) : owner);
      if (owner != user) {
        Trees.give(workspace, user);
      }
      Optional<Path> barrier = Trees.barrier(workspace, user);
      if (barrier.isPresent()) {
        leave(workspace, user);
        throw new IOException(
            "Tried to run a step in \""
                + workspace
                + "\" but its user cannot pass through \""
                + barrier.get()
                + "\"; allow it with chmod o+x");
      }
    }
    return user;
  }

  /**
   * A keeper that was killed gave nothing back: whose it was is told by the directory around it.
   */
  private static int above(Path workspace) throws IOException {
    Path parent = workspace.toAbsolutePath().getParent();
    return Trees.owner(parent == null ? workspace : parent);
  }

  synchronized void leave(Path workspace, int user) throws IOException {
    if (users.release(user) && drops) {
      Integer owner = owners.remove(workspace);
      // Root reads it anyway; a server of its own user could not.
      if (owner != null && owner != 0) {
        Trees.give(workspace, owner);
      }
    }
  }
}
