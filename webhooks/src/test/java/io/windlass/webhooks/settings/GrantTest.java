package io.windlass.webhooks.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.pipeline.Patterns;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrantTest {

  private static Grant grant(List<String> hosts, List<String> branches, List<String> tags) {
    return new Grant(
        "local", Optional.empty(), hosts, patterns(branches), patterns(tags), Optional.empty());
  }

  private static Optional<Patterns> patterns(List<String> globs) {
    return globs.isEmpty() ? Optional.empty() : Optional.of(new Patterns(globs, false));
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example.com, true",
    "SHOP.example.com, true",
    "a.staging.example.com, true",
    "*.staging.example.com, true",
    "a.b.staging.example.com, false",
    "staging.example.com, false",
    "evilstaging.example.com, false",
    "*.example.com, false",
    "example.com, false",
  })
  void aHostIsGrantedByNameOrDirectlyBelowAWildcard(String host, boolean allowed) {
    var grant = grant(List.of("shop.example.com", "*.staging.example.com"), List.of(), List.of());

    assertThat(grant.allowsHost(host)).isEqualTo(allowed);
  }

  @Test
  void tagsDeployOnlyIfNamedWhereBranchesAreNamed() {
    assertThat(grant(List.of(), List.of("main"), List.of()).allowsTag("v1")).isFalse();
    assertThat(grant(List.of(), List.of("main"), List.of("v*")).allowsTag("v1")).isTrue();
    assertThat(grant(List.of(), List.of(), List.of()).allowsTag("v1")).isTrue();
  }

  @Test
  void aBranchIsGrantedByPattern() {
    var grant = grant(List.of(), List.of("main", "release/*"), List.of());

    assertThat(grant.allowsBranch("release/1")).isTrue();
    assertThat(grant.allowsBranch("feature")).isFalse();
  }
}
