package io.windlass.webhooks.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.journal.DatabaseSettings.Store;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Source;
import io.windlass.webhooks.settings.Settings.HookSecret;
import io.windlass.webhooks.settings.Settings.Listen;
import io.windlass.webhooks.settings.Settings.Occasion;
import io.windlass.webhooks.settings.Settings.Target;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsReaderTest {

  static final String LONG =
      """
      server: { url: https://windlass.example.com, listen: 127.0.0.1:8080, data: data }
      database: sqlite
      prometheus: { url: http://127.0.0.1:9090 }
      github: { app-id: 12345, private-key: { file: github.pem }, webhook-secret: { env: HOOK } }
      registries:
        - { host: ghcr.io, credentials: { docker-config: docker.json } }
        - { host: "localhost:5000" }
      targets:
        local: { keeper: { listen: "0.0.0.0:80", budget: { cpu: 70%, memory: 80% }, start: false,
                           reach: ["127.0.0.1:5432", "[::1]:6379"],
                           trusted: [10.0.0.0/8], metrics-port: 9101,
                           steps: { disk: 50GiB, keep-free: 5GiB } } }
      submodules: [{ host: github.com }, { host: "git.acme.com:8443", token: { env: HOOK } }]
      organizations:
        acme: { secret: { env: HOOK }, hook-id: [77] }
      repositories:
        acme/shop:
          secret: { file: shop.secret }
          previous-secret: { env: HOOK }
          hook-id: [123, 124]
          clone: git@github.com:acme/shop.git
          ssh-key: { file: shop.secret }
          known-hosts: ["github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMq"]
          environments:
            staging: { target: local, hosts: ["*.staging.example.com"], branches: [main] }
            production: { target: local, hosts: [shop.example.com], tags: ["v*"], max: 40 }
        acme/site:
      scaler: { tick: 2s }
      retention: { logs: 7d }
      notify: [{ webhook: https://chat.example.com/hooks/x, on: [failure] }]
      """;

  @TempDir private Path folder;

  @BeforeEach
  void theFilesThatAreNamed() throws IOException {
    for (String name : List.of("github.pem", "docker.json", "shop.secret")) {
      write(name, "content of " + name + "\n", "rw-------");
    }
  }

  private void write(String name, String text, String mode) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private SettingsReader.ReadResult read(String text) {
    return SettingsReader.read(
        new Source("server.yaml", text),
        new Surroundings(
            folder, name -> Optional.ofNullable(Map.of("HOOK", "from env").get(name))));
  }

  private List<String> problems(String text) {
    var result = read(text);
    assertThat(result.settings()).isEmpty();
    return result.problems().stream()
        .map(p -> p.toString().replace(folder.toString(), "<folder>"))
        .toList();
  }

  @Test
  void theFileOfTheManifestsForAClusterIsRead() throws IOException {
    String text = Files.readString(Path.of("../pipelines/kubernetes/server/server.yaml"));
    var surroundings = new Surroundings(folder, _ -> Optional.of("what the hook signs with"));

    var result = SettingsReader.read(new Source("server.yaml", text), surroundings);

    assertThat(result.problems()).isEmpty();
  }

  @Test
  void aFileIsLoadedOrEveryMistakeInItIsSaidAtOnce() throws IOException {
    Path file = folder.resolve("server.yaml");
    assertThatThrownBy(() -> SettingsReader.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("windlass repo add OWNER/NAME --config " + file);

    Files.writeString(file, "server: { port: 1 }\nscaler: { tick: soon }\n");
    assertThatThrownBy(() -> SettingsReader.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("The server's file has mistakes:\n" + file + ":1:11: ")
        .hasMessageContaining("\n" + file + ":2:17: ");

    Files.writeString(file, "scaler: { tick: 3s }\n");
    assertThat(SettingsReader.load(file).scaler().tick()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void aClusterIsATargetBesideTheKeeper() {
    Settings both =
        read("""
        targets:
          local: { keeper: }
          staging:
            kubernetes:
              kubeconfig: kubeconfig
              context: west
              namespaces: ["shop-*"]
              gateway: { name: public, namespace: infra }
              pull-secrets: [registry]
              node-selector: { pool: apps }
        repositories:
          acme/shop: { environments: { staging: { target: staging, namespace: shop-staging } } }
        """)
            .settings()
            .orElseThrow();

    Settings.Target.Kubernetes cluster =
        (Settings.Target.Kubernetes) Objects.requireNonNull(both.targets().get("staging"));
    assertThat(cluster.cluster().kubeconfig()).contains(folder.resolve("kubeconfig"));
    assertThat(cluster.cluster().context()).contains("west");
    assertThat(cluster.exposure())
        .isEqualTo(new Exposure.ByGateway("public", "infra", Optional.empty()));
    assertThat(cluster.pullSecrets()).containsExactly("registry");
    assertThat(cluster.nodeSelector()).containsExactly(Map.entry("pool", "apps"));
    assertThat(cluster.runAsUser()).isEqualTo(65532);
    assertThat(cluster.autoscalers()).isFalse();
    assertThat(both.keeper()).isPresent();
    assertThat(both.repositories().values().iterator().next().environments().get("staging"))
        .extracting(Grant::namespace)
        .isEqualTo(Optional.of("shop-staging"));
  }

  @Test
  void twoEnvironmentsWhoseObjectsWouldHaveEqualNamesNeedTwoNamespaces() {
    String text =
        """
        targets: { s: { kubernetes: { namespaces: ["shop-*"] } } }
        repositories:
          acme/shop: { environments: { p: { target: s, namespace: shop-1 } } }
          beta/Shop: { environments: { p: { target: s, namespace: shop-NUMBER } } }
        """;

    assertThat(problems(text.replace("NUMBER", "1")))
        .singleElement()
        .asString()
        .contains(
            "4:3: repositories.beta/Shop.environments.p: ",
            "\"acme/shop/p\" and \"beta/Shop/p\" would both be \"shop-p\" in namespace \"shop-1\" of \"s\"");
    assertThat(read(text.replace("NUMBER", "2")).settings()).isPresent();
  }

  @Test
  void theNamespaceOfAnEnvironmentIsOneOfItsTargets() {
    String target = "targets: { s: { kubernetes: { namespaces: [NAMESPACES] } } }\n";
    String grant = "repositories: { a/b: { environments: { p: { target: s NAMED } } } }\n";

    assertThat(
            read(target.replace("NAMESPACES", "shop") + grant.replace("NAMED", ""))
                .settings()
                .orElseThrow()
                .repositories()
                .values()
                .iterator()
                .next()
                .environments()
                .values())
        .extracting(Grant::namespace)
        .containsExactly(Optional.of("shop"));
    assertThat(problems(target.replace("NAMESPACES", "'shop-*'") + grant.replace("NAMED", "")))
        .singleElement()
        .asString()
        .contains("no \"namespace\"", "shop-*");
    assertThat(
            problems(
                target.replace("NAMESPACES", "'shop-*'")
                    + grant.replace("NAMED", ", namespace: kube-system")))
        .singleElement()
        .asString()
        .contains("namespace \"kube-system\"", "shop-*");
    assertThat(
            problems("targets: { s: { keeper: } }\n" + grant.replace("NAMED", ", namespace: shop")))
        .singleElement()
        .asString()
        .contains("namespace");
  }

  @Test
  void oneMachineHasOneKeeper() {
    assertThat(problems("targets: { a: { keeper: }, b: { keeper: } }"))
        .singleElement()
        .asString()
        .contains("more than one keeper");
  }

  @Test
  void theKeeperIsThatOfTheTarget() {
    Settings one =
        read("targets: { a: { keeper: { listen: 127.0.0.1:81 } } }").settings().orElseThrow();
    assertThat(one.keeper().orElseThrow().listen()).isEqualTo(new Listen("127.0.0.1", 81));

    assertThat(read("scaler: {}").settings().orElseThrow().keeper()).isEmpty();
  }

  @Test
  void theLongFormIsReadWhole() {
    var result = read(LONG);

    assertThat(result.problems()).isEmpty();
    Settings s = result.settings().orElseThrow();
    assertThat(s.server().url()).isEqualTo(URI.create("https://windlass.example.com/"));
    assertThat(s.store()).isEqualTo(new Store.Sqlite(folder.resolve("data")));
    assertThat(s.github().app().orElseThrow().privateKey())
        .isEqualTo(SecretValue.of("content of github.pem"));
    assertThat(s.registries().getFirst().dockerConfig()).contains(folder.resolve("docker.json"));
    assertThat(s.targets().get("local"))
        .isEqualTo(
            new Target.Keeper(
                new Listen("0.0.0.0", 80),
                0.7,
                0.8,
                false,
                folder.resolve("data/keeper"),
                List.of(new Listen("127.0.0.1", 5432), new Listen("::1", 6379)),
                List.of("10.0.0.0/8"),
                9101,
                new Settings.StepDisk(50L << 30, 5L << 30)));
    assertThat(s.submodules())
        .containsEntry("github.com", Optional.empty())
        .containsEntry("git.acme.com:8443", Optional.of(SecretValue.of("from env")));
    var shop = s.repositories().get(RepositoryName.of("acme/shop"));
    assertThat(shop.hook())
        .contains(
            new HookSecret(
                SecretValue.of("content of shop.secret"), Optional.of(SecretValue.of("from env"))));
    assertThat(shop.cloneUrl()).hasToString("ssh://git@github.com/acme/shop.git");
    assertThat(shop.environments().keySet()).containsExactly("staging", "production");
    assertThat(shop.environments().get("production").max()).contains(40);
    assertThat(s.repositories().get(RepositoryName.of("acme/site")).cloneUrl())
        .hasToString("https://github.com/acme/site.git");
    assertThat(s.organizations().get("acme").hookIds()).containsExactly("77");
    assertThat(s.retention())
        .isEqualTo(
            new Settings.Retention(
                Duration.ofDays(30),
                Duration.ofDays(7),
                Duration.ofDays(30),
                Duration.ofDays(90),
                Duration.ofDays(365)));
    assertThat(s.scaler().tick()).isEqualTo(Duration.ofSeconds(2));
    assertThat(s.notifications().getFirst().on()).containsExactly(Occasion.FAILURE);
  }

  @Test
  void aFileThatSaysLittleGetsTheDefaults() {
    Settings s = read("targets: { local: { keeper: } }").settings().orElseThrow();

    assertThat(s.server().listen()).isEqualTo(new Listen("127.0.0.1", 8080));
    assertThat(s.server().url()).isEqualTo(URI.create("http://127.0.0.1:8080/"));
    assertThat(s.server().data()).isEqualTo(folder.resolve("windlass-data"));
    assertThat(s.scaler().tick()).isEqualTo(Duration.ofSeconds(5));
    assertThat(s.targets().get("local"))
        .isEqualTo(
            new Target.Keeper(
                new Listen("127.0.0.1", 8081),
                0.8,
                0.8,
                true,
                folder.resolve("windlass-data/keeper"),
                List.of(),
                List.of(),
                0,
                new Settings.StepDisk(20L << 30, 1L << 30)));
  }

  @Test
  void everyMistakeIsToldAtOnce() {
    assertThat(
            problems(
                """
                server: { listen: 8080, urll: http://x }
                database: mysql://x/y
                targets:
                  local: { keeper: { budget: { cpu: 120% } } }
                  prod: { aws: { region: eu-west-1 } }
                repositories:
                  shop:
                  acme/a:
                    secret: s3cret
                    environments:
                      production: { target: locl, approvers: [ops], hosts: ["http://x"] }
                  Acme/A: { hook-id: [x], clone: "https://me:pw@github.com/a/b" }
                """))
        .containsExactly(
            "server.yaml:1:19: server.listen: found the number 8080, expected text; put it in"
                + " quotes",
            "server.yaml:1:25: server: unknown key \"urll\", expected one of listen, url, data; did"
                + " you mean \"url\"?",
            "server.yaml:2:11: database: no database that is known, expected sqlite or"
                + " postgresql://user@host:5432/name",
            "server.yaml:4:37: targets.local.keeper.budget.cpu: found \"120%\", expected a share"
                + " from 1% to 100%",
            "server.yaml:5:11: targets.prod: \"aws\" is not supported yet by this version",
            "server.yaml:7:3: repositories: repository \"shop\", expected owner/name such as"
                + " acme/shop",
            "server.yaml:9:13: repositories.acme/a.secret: a secret in the file itself, expected {"
                + " file: /path } or { env: NAME }",
            "server.yaml:11:29: repositories.acme/a.environments.production.target: found \"locl\","
                + " expected one of local, prod; did you mean \"local\"?",
            "server.yaml:11:35: repositories.acme/a.environments.production: \"approvers\" is not"
                + " supported yet by this version",
            "server.yaml:11:61: repositories.acme/a.environments.production.hosts[0]: found"
                + " \"http://x\", expected a host such as shop.example.com or *.example.com",
            "server.yaml:12:3: repositories: repository \"Acme/A\" twice in other letters",
            "server.yaml:12:23: repositories.Acme/A.hook-id[0]: found \"x\", expected a hook's id, a"
                + " number",
            "server.yaml:12:34: repositories.Acme/A.clone: Tried to read a repository's address but"
                + " it carries a user or password; give credentials beside the address, never in"
                + " it");
  }

  @Test
  void noMessageShowsASecret() {
    var result = read("repositories: { a/b: { secret: hunter2, token: 12345678 } }");

    assertThat(result.problems()).hasSize(2);
    assertThat(result.problems().toString()).doesNotContain("hunter2").doesNotContain("12345678");
  }

  @Test
  void secretsDoNotShowInTheSettingsText() {
    assertThat(read(LONG).settings().orElseThrow().toString())
        .doesNotContain("content of")
        .doesNotContain("from env");
  }

  @Test
  void aSecretsFileMustBeThereForItsOwnerOnlyAndHoldSomething() throws IOException {
    write("open", "x", "rw-r-----");
    write("empty", "\n", "rw-------");

    assertThat(
            problems(
                """
                repositories:
                  a/a: { secret: { file: open } }
                  a/b: { secret: { file: empty } }
                  a/c: { secret: { file: absent } }
                  a/d: { secret: { env: NOT_SET } }
                  a/e: { secret: { file: open, env: HOOK } }
                  a/f: { secret: { vault: x } }
                """))
        .containsExactly(
            "server.yaml:2:26: repositories.a/a.secret.file: file \"<folder>/open\" is open to"
                + " others (rw-r-----); run: chmod 600 <folder>/open",
            "server.yaml:3:26: repositories.a/b.secret.file: file \"<folder>/empty\" is empty",
            "server.yaml:4:26: repositories.a/c.secret.file: file \"<folder>/absent\" does not"
                + " exist",
            "server.yaml:5:25: repositories.a/d.secret.env: variable \"NOT_SET\" is not set in the"
                + " server's environment",
            "server.yaml:6:18: repositories.a/e.secret: both, expected { file: /path } or { env:"
                + " NAME }",
            "server.yaml:6:26: repositories.a/e.secret.file: file \"<folder>/open\" is open to"
                + " others (rw-r-----); run: chmod 600 <folder>/open",
            "server.yaml:7:18: repositories.a/f.secret: neither, expected { file: /path } or { env:"
                + " NAME }",
            "server.yaml:7:20: repositories.a/f.secret: unknown key \"vault\", expected one of file,"
                + " env");
  }

  @Test
  void aPostgresqlDatabaseHasItsPasswordBesideTheAddress() {
    Settings s =
        read("database: { url: 'postgresql://w@db:5433/windlass', password: { env: HOOK } }")
            .settings()
            .orElseThrow();

    assertThat(s.store())
        .isEqualTo(new Store.Postgres("jdbc:postgresql://db:5433/windlass", "w", "from env"));
    assertThat(problems("database: postgresql://w:pw@db/windlass"))
        .singleElement()
        .asString()
        .contains("a password in the address")
        .doesNotContain("pw@");
  }

  @Test
  void oneHookBelongsToOneOwner() {
    assertThat(problems("repositories: { a/b: { hook-id: [5] }, a/c: { hook-id: [5] } }"))
        .containsExactly(
            "server.yaml:1:47: repositories.a/c.hook-id: hook 5 already belongs to repository a/b");
  }

  @Test
  void aLimitOfTheDiskThatLeavesNoRoomIsASlipOfTheUnit() {
    assertThat(problems("targets: { l: { keeper: { steps: { keep-free: 512Ki } } } }"))
        .singleElement()
        .asString()
        .contains("targets.l.keeper.steps.keep-free", "64MiB or more");
  }

  @Test
  void runsAreKeptForAMonthAtLeast() {
    assertThat(problems("retention: { runs: 29d }"))
        .singleElement()
        .asString()
        .contains("retention.runs");
  }

  @Test
  void aDeliveryIsKeptForAsLongAsGitHubMaySendItAgain() {
    assertThat(problems("retention: { deliveries: 3d }"))
        .singleElement()
        .asString()
        .contains("retention.deliveries");
  }

  @Test
  void aHostOfSubmodulesStandsOnce() {
    assertThat(problems("submodules: [{ host: github.com }, { host: github.com }]"))
        .singleElement()
        .asString()
        .contains("host \"github.com\" twice");
  }

  @Test
  void whatAStepMayAskForIsAtLeastWhatItGetsUnasked() {
    String steps =
        "targets: { s: { kubernetes: { namespaces: [x] } } }\n"
            + "steps: { kubernetes: { target: s, namespace: ci, image: 'ci:1', max: { memory: 1GiB } } }\n";

    assertThat(problems(steps))
        .singleElement()
        .asString()
        .contains("steps.kubernetes.max", "less than a step gets that asks for nothing");
  }
}
