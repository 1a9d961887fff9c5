package io.windlass.engine.notification;

import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.RepositoryName;

/** What the mark of one context on one commit asks for. */
public sealed interface StatusEffect {
  record Send(RepositoryName repository, long order, CommitStatus status) implements StatusEffect {}
}
