package io.windlass.webhooks.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.windlass.engine.kubernetes.step.ExecutorSettings;
import io.windlass.engine.kubernetes.workload.Exposure.Issuer;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.scaler.syntax.Source;
import io.windlass.scaler.syntax.Units;
import io.windlass.webhooks.settings.Settings.Occasion;
import io.windlass.webhooks.settings.Settings.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The schema that editors use, the reader and the reference say the same about the server's file.
 */
class SettingsSchemaTest {

  private static final Path ROOT = Path.of(System.getProperty("windlass.root"));
  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| `([^`]+)` \\|");
  private static Schema schema;

  @BeforeAll
  static void readTheSchema() throws IOException {
    schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Files.readString(ROOT.resolve("pipelines/windlass-server.schema.json")));
  }

  private static SettingsReader.ReadResult read(String text) {
    return SettingsReader.read(
        new Source("server.yaml", text), new Surroundings(Path.of("/"), name -> Optional.of("x")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "server: { url: 'https://a.b/c', listen: '[::1]:8080', data: /var/lib/windlass }",
        "database: sqlite",
        "database: postgresql://w@db:5432/windlass?sslmode=require",
        "database: { url: 'postgresql://db/windlass', password: { env: P } }",
        "prometheus: { url: 'http://127.0.0.1:9090' }",
        "github: { app-id: 1, private-key: { env: K }, webhook-secret: { env: S } }",
        "github: { api: 'http://127.0.0.1:1/', token: { env: T } }",
        "registries: [{ host: ghcr.io }, { host: 'localhost:5000' }]",
        "targets: { local: { keeper: } }",
        "targets: { local: { keeper: { budget: { cpu: 80%, memory: 12.5% }, start: false } } }",
        "targets: { local: { keeper: { reach: ['127.0.0.1:5432', '[::1]:6379'] } } }",
        "targets: { local: { keeper: { steps: { disk: 50GiB, keep-free: 512Mi } } } }",
        "targets: { local: { keeper: { steps: { disk: 2TB } } } }",
        "targets: { s: { kubernetes: { namespaces: [shop-staging] } }, l: { keeper: } }",
        "targets: { s: { kubernetes: { namespaces: ['shop-*', '!shop-x'], context: c, kubeconfig: k, ingress: { class: nginx,"
            + " annotations: { a: '1' } }, pull-secrets: [r], run-as-user: 1000, node-selector: { pool: apps }, autoscalers: scale-out-only } } }",
        "targets: { s: { kubernetes: { namespaces: [shop], ingress: , certificates: { issuer: letsencrypt } } } }",
        "targets: { s: { kubernetes: { namespaces: [shop], kinds: [v1/PersistentVolumeClaim, monitoring.coreos.com/v1/ServiceMonitor], kustomize: /opt/kustomize, helm: /opt/helm } } }",
        "targets: { s: { kubernetes: { namespaces: [shop], annotations: [linkerd.io/inject, 'sidecar.istio.io/*'], tls-secrets: ['*-tls', '!shop-tls'] } } }",
        "targets: { s: { kubernetes: { namespaces: [shop], ingress: , certificates: { issuer: own, kind: Issuer, max: 5 } } } }",
        "targets: { s: { kubernetes: { namespaces: [shop], storage: } } }",
        "targets: { s: { kubernetes: { namespaces: [shop], storage: { class: fast, shared-class: nfs, max-size: 20GiB, total: 1TiB, on-removal: delete } } } }",
        "targets: { s: { kubernetes: { namespaces: [shop], gateway: { name: public, namespace: infra, section: https } } } }",
        "{targets: {s: {kubernetes: {namespaces: ['shop-*']}}}, repositories: {a/b: {environments: {p: {target: s, namespace: shop-p}}}}}",
        "{targets: {s: {kubernetes: {namespaces: [x]}}}, steps: {kubernetes: {target: s, namespace: ci, image: 'ghcr.io/acme/ci:1',"
            + " helper: 'busybox', run-as-user: 1001, resources: {cpu: 500m, memory: 1GiB}, max: {cpu: 2}, workspace: 5GiB, keep-free: 2GiB, patience: 5m,"
            + " service-account: ci, pull-secrets: [r], node-selector: {pool: ci},"
            + " tolerations: [{key: ci, operator: Exists, effect: NoSchedule}]}}}",
        "repositories: { acme/shop: , acme/site: { hook-id: [1, '2'], secret: { env: S } } }",
        "repositories: { a/b: { images: [ghcr.io/acme/shop, 'localhost:5000/x', docker.io/library] } }",
        "organizations: { acme: { secret: { env: A }, previous-secret: { env: B } } }",
        "scaler: { tick: 2s }",
        "submodules: [{ host: github.com }, { host: 'git.acme.com:8443', token: { env: T } }]",
        "targets: { l: { keeper: { trusted: [10.0.0.0/8, 'fd00::/8', 192.0.2.7], metrics-port: 9101 } } }",
        "retention: { deliveries: 4d, logs: 1d, timelines: 60d, decisions: 3650d, runs: 30d }",
        "notify: [{ webhook: 'https://chat.a/x?y=z', on: [failure, recovery, approval] }]",
        "{targets: {l: {keeper: }}, repositories: {a/b: {environments: {p: {target: l, hosts:"
            + " ['*.a.b'], branches: [main], tags: ['v*', '!v0'], max: 4}}}}}",
      })
  void bothTakeAFileThatIsRight(String text) {
    assertThat(read(text).problems()).isEmpty();
    assertThat(schema.validate(text, InputFormat.YAML)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "servers: {}",
        "server: { url: 'ftp://x' }",
        "server: { url: 'https://user:password@x' }",
        "server: { listen: 8080 }",
        "server: { listen: localhost }",
        "server: { data: '' }",
        "database: mysql",
        "database: postgresql://w:secret@db/windlass",
        "database: { password: { env: P } }",
        "prometheus: { }",
        "github: { app-id: 1 }",
        "github: { token: { env: T }, app-id: 1, private-key: { env: K } }",
        "github: { webhook-secret: { env: S } }",
        "registries: [{ host: 'https://ghcr.io' }]",
        "registries: [{ credentials: { docker-config: /x } }]",
        "targets: { Local: { keeper: } }",
        "targets: { local: {} }",
        "targets: { k8s: { kubernetes: {} } }",
        "targets: { prod: { aws: {} } }",
        "{targets: {s: {kubernetes: {namespaces: [x]}}}, steps: {kubernetes: {target: s, namespace: ci}}}",
        "{targets: {s: {kubernetes: {namespaces: [x]}}}, steps: {executor: kubernetes}}",
        "targets: { a: { keeper: , kubernetes: { namespaces: [x] } } }",
        "targets: { a: { kubernetes: { namespaces: [x], ingress: , gateway: { name: g, namespace: n } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], gateway: { name: g } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], certificates: { issuer: i } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], gateway: { name: g, namespace: n }, certificates: { issuer: i } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], ingress: , certificates: { kind: Issuer } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], ingress: , certificates: { issuer: i, kind: issuer } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], ingress: , certificates: { issuer: i, max: 0 } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], storage: { class: Fast } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], storage: { max-size: 20 } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], storage: { total: all } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], storage: { on-removal: ask } } } }",
        "targets: { a: { kubernetes: { namespaces: [x], autoscalers: ignore } } }",
        "targets: { a: { kubernetes: { namespaces: [x], kinds: [ServiceMonitor] } } }",
        "targets: { a: { kubernetes: { namespaces: [x], annotations: [] } } }",
        "targets: { a: { kubernetes: { namespaces: [x], tls-secrets: wildcard } } }",
        "targets: { a: { kubernetes: { namespaces: [x], run-as-user: 0 } } }",
        "targets: { local: { keeper: { budget: { cpu: 101% } } } }",
        "targets: { local: { keeper: { budget: { cpu: 0% } } } }",
        "targets: { local: { keeper: { reach: ['localhost:5432'] } } }",
        "targets: { local: { keeper: { reach: ['127.0.0.1'] } } }",
        "targets: { local: { keeper: { steps: { disk: 50 } } } }",
        "targets: { local: { keeper: { steps: { memory: 1GiB } } } }",
        "repositories: { shop: }",
        "repositories: { a/b: { secret: plain } }",
        "repositories: { a/b: { secret: { file: x, env: y } } }",
        "repositories: { a/b: { secret: {} } }",
        "repositories: { a/b: { previous-secret: { env: S } } }",
        "repositories: { a/b: { hook-id: 5 } }",
        "repositories: { a/b: { known-hosts: [x] } }",
        "repositories: { a/b: { images: [acme/shop] } }",
        "repositories: { a/b: { images: ['ghcr.io/acme/shop:latest'] } }",
        "repositories: { a/b: { images: [ghcr.io] } }",
        "repositories: { a/b: { environments: { p: { hosts: [a.b] } } } }",
        "repositories: { a/b: { environments: { p: { target: l, approvers: [ops] } } } }",
        "repositories: { a/b: { environments: { p: { target: l, max: 0 } } } }",
        "organizations: { acme: {} }",
        "scaler: { tick: 2 }",
        "retention: { bodies: 30d }",
        "submodules: [{ token: { env: T } }]",
        "submodules: [{ host: 'https://github.com' }]",
        "targets: { l: { keeper: { trusted: [everybody] } } }",
        "targets: { l: { keeper: { metrics-port: 70000 } } }",
        "retention: { logs: 90 }",
        "notify: [{ webhook: 'https://x', on: [success] }]",
        "notify: [{ on: [failure] }]",
      })
  void bothRefuseAFileThatIsWrong(String text) {
    assertThat(read(text).problems()).isNotEmpty();
    assertThat(schema.validate(text, InputFormat.YAML)).isNotEmpty();
  }

  @Test
  void theTableOfDefaultsSaysWhatTheReaderDoes() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/reference/server-file.md"));
    Map<String, String> table = new LinkedHashMap<>();
    Matcher row = ROW.matcher(page);
    while (row.find()) {
      table.put(row.group(1), row.group(2));
    }
    Settings s =
        read("{ targets: { l: { keeper: } }, notify: [{ webhook: 'https://x' }] }")
            .settings()
            .orElseThrow();
    var keeper = (Target.Keeper) s.targets().values().iterator().next();

    assertThat(table)
        .containsEntry("server.listen", s.server().listen().toString())
        .containsEntry("database", "sqlite")
        .containsEntry("targets.*.kubernetes.certificates.kind", Issuer.EVERYWHERE)
        .containsEntry("targets.*.kubernetes.certificates.max", "" + Issuer.MOST_HOSTS)
        .containsEntry("targets.*.kubernetes.storage.max-size", (Storage.MOST_BYTES >> 30) + "GiB")
        .containsEntry("targets.*.kubernetes.storage.total", Storage.TIMES_MOST + " times max-size")
        .containsEntry("targets.*.kubernetes.run-as-user", Long.toString(Placement.USER))
        .containsEntry("steps.kubernetes.run-as-user", Long.toString(ExecutorSettings.USER))
        .containsEntry("steps.kubernetes.resources.cpu", ExecutorSettings.USUAL.cpuMillis() + "m")
        .containsEntry(
            "steps.kubernetes.resources.memory",
            (ExecutorSettings.USUAL.memoryBytes() >> 30) + "GiB")
        .containsEntry("steps.kubernetes.max", ExecutorSettings.TIMES_USUAL + " times resources")
        .containsEntry(
            "steps.kubernetes.workspace", (ExecutorSettings.WORKSPACE_BYTES >> 30) + "GiB")
        .containsEntry(
            "steps.kubernetes.keep-free", (ExecutorSettings.KEEP_FREE_BYTES >> 30) + "GiB")
        .containsEntry("steps.kubernetes.patience", ExecutorSettings.PATIENCE.toMinutes() + "m")
        .containsEntry("github.api", s.github().api().toString())
        .containsEntry("targets.*.keeper.listen", keeper.listen().toString())
        .containsEntry("targets.*.keeper.budget.cpu", Math.round(keeper.cpuShare() * 100) + "%")
        .containsEntry(
            "targets.*.keeper.budget.memory", Math.round(keeper.memoryShare() * 100) + "%")
        .containsEntry("targets.*.keeper.start", "" + keeper.start())
        .containsEntry("targets.*.keeper.steps.disk", (keeper.steps().disk() >> 30) + "GiB")
        .containsEntry(
            "targets.*.keeper.steps.keep-free", (keeper.steps().keepFree() >> 30) + "GiB")
        .containsEntry("scaler.tick", Units.text(s.scaler().tick()))
        .containsEntry("retention.deliveries", Units.text(s.retention().deliveries()))
        .containsEntry("retention.logs", Units.text(s.retention().logs()))
        .containsEntry("retention.timelines", Units.text(s.retention().timelines()))
        .containsEntry("retention.decisions", Units.text(s.retention().decisions()))
        .containsEntry("retention.runs", Units.text(s.retention().runs()))
        .containsEntry("notify[].on", "failure, recovery, approval");
    assertThat(s.notifications().getFirst().on()).isEqualTo(Set.of(Occasion.values()));
    assertThat(page)
        .contains("| `server.data` | `" + SettingsDefaults.DATA + "` beside the file |")
        .contains("| `targets.*.keeper.data` | `" + SettingsDefaults.KEEPER_DATA + "` in the")
        .contains("| `repositories.*.clone` | `" + SettingsDefaults.CLONE_HOST + "` and the name");
    assertThat(s.server().data()).isEqualTo(Path.of("/", SettingsDefaults.DATA));
    assertThat(s.server().url()).hasToString("http://" + s.server().listen() + "/");
  }

  @Test
  void theExampleOfTheReferenceFollowsTheSchema() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/reference/server-file.md"));
    Matcher block = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(page);

    assertThat(block.find()).isTrue();
    assertThat(schema.validate(block.group(1), InputFormat.YAML)).isEmpty();
  }
}
