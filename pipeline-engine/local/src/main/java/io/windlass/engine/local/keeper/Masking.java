package io.windlass.engine.local.keeper;

import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.secret.Masker;
import java.util.List;

/** Takes secrets out of what replicas wrote, before anybody else reads it. */
final class Masking {
  private final Releases releases;

  Masking(Releases releases) {
    this.releases = releases;
  }

  /** Lines of a replica's log without the secrets that it was given. */
  List<String> masked(Member member, List<String> lines) {
    Secrets secrets =
        releases
            .process(member.release(), member.process())
            .map(ProcessSpec::secrets)
            .orElse(Secrets.NONE);
    // As one text, because a secret may have several lines.
    return Masker.of(secrets.values().values()).mask(String.join("\n", lines)).lines().toList();
  }
}
