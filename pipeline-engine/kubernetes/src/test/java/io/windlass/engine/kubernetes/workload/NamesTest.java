package io.windlass.engine.kubernetes.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.Volume;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
  @ParameterizedTest
  @CsvSource({
    "acme/shop, production, shop-production, acme.shop.production",
    "acme/Shop.js, prod_eu, shop-js-prod-eu, acme.Shop.js.prod_eu",
    "acme/9lives, a, app-9lives-a-40806f46, acme.9lives.a",
    "acme/---, a-, a, acme.---.a-50ed8adb",
    "a.b/c, d, c-d, a.b.c.d-91fc0b7b",
    "acme/a-repository-with-a-long-name-indeed, production, a-repository-with-a-long-name-i-80d631a2, acme.a-repository-with-a-long-name-indeed.production",
  })
  void environmentsHaveReadableNames(String repository, String name, String app, String label) {
    var environment = new EnvironmentId(repository, name);

    assertThat(Names.app(environment)).isEqualTo(app);
    assertThat(Labels.environment(environment)).isEqualTo(label);
  }

  @Test
  void aProcessNamedLikeAnotherSlotDoesNotTakeItsName() {
    Set<String> names = new HashSet<>();
    for (String process : List.of("web", "web-green", "web-next", "web-green-green")) {
      for (Slot slot : Slot.values()) {
        names.add(Names.workload(Shop.PRODUCTION, process, slot));
      }
      names.add(Names.next(Shop.PRODUCTION, process));
    }

    assertThat(names).hasSize(12);
  }

  @Test
  void hostsThatReadAlikeHaveNamesOfTheirOwn() {
    List<String> hosts =
        List.of(
            "shop.example.com", "shop-example.com", "*.example.com", "example.com", "a-b", "a.b");

    assertThat(hosts.stream().map(host -> Names.route(Shop.PRODUCTION, host)))
        .doesNotHaveDuplicates()
        .contains("shop-production-shop-example-com", "shop-production-example-com")
        .allMatch(name -> name.matches("[a-z][a-z0-9-]{0,62}"));
    assertThat(hosts.stream().map(host -> Names.certificate(Shop.PRODUCTION, host)))
        .doesNotHaveDuplicates()
        .allMatch(name -> name.endsWith("-tls"));
  }

  @Test
  void volumesThatReadAlikeHaveClaimsOfTheirOwn() {
    assertThat(
            List.of(
                claim("web", "data", false),
                claim("web", "web-data", true),
                claim("web", "data", true),
                claim("a", "b-c", false),
                claim("a-b", "c", false)))
        .doesNotHaveDuplicates()
        .contains("shop-production-web-data", "shop-production-data");
    assertThat(claim("a-b", "data", true)).isEqualTo(claim("web", "data", true));
  }

  private static String claim(String process, String volume, boolean shared) {
    return Names.claim(Shop.PRODUCTION, process, new Volume(volume, "/data", 1, shared));
  }

  @Test
  void everyNameAndLabelIsAllowedAndTellsItsOwnersApart() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    Set<String> labels = new HashSet<>();
    Set<String> owners = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      String owner = word(random, "ab.-_", 3);
      String repository = word(random, "abAB019._-", 100);
      var environment =
          new EnvironmentId(owner + "/" + repository, "p" + word(random, "aB9_-", 40));
      String process = "p" + word(random, "az09-", 39);
      owners.add(environment + "/" + process);
      labels.add(Labels.fleet(environment, process));
      var release = new ReleaseId(environment, 1 + random.nextInt(1_000_000));
      assertThat(
              List.of(
                  Names.workload(environment, process, Slot.GREEN),
                  Names.next(environment, process),
                  Names.secret(release),
                  Names.record(release),
                  Names.state(environment),
                  Names.route(environment, "a.very-long-host-name.of.a.company.example.com")))
          .as("seed %d", seed)
          .allMatch(name -> name.matches("[a-z]([a-z0-9-]{0,61}[a-z0-9])?"));
      assertThat(Labels.fleet(environment, process))
          .as("seed %d", seed)
          .matches("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
    }
    assertThat(labels).as("seed %d", seed).hasSameSizeAs(owners);
  }

  private static String word(Random random, String letters, int most) {
    var word = new StringBuilder();
    int length = 1 + random.nextInt(most);
    for (int i = 0; i < length; i++) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }
}
