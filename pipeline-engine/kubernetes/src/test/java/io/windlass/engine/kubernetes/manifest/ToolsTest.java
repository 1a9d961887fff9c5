package io.windlass.engine.kubernetes.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import io.windlass.engine.TestParts;
import io.windlass.engine.kubernetes.cluster.Offer;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendering;
import io.windlass.engine.kubernetes.workload.Shop;
import io.windlass.engine.pipeline.EnvironmentSpec;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.pipeline.PipelineReader;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Drawn;
import io.windlass.engine.rollout.RolloutException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real programs over files of the table of what a repository may try. */
final class ToolsTest {
  private static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        template:
          metadata: { labels: { app: web } }
          spec: { containers: [{ name: web, image: ghcr.io/acme/shop }] }
      """;

  /** Of a cluster that is no one's default. */
  static final Manifests.Offers OFFERS =
      () ->
          new Offer(
              "v1.29.3-eks-1a2b3c",
              List.of("monitoring.coreos.com/v1", "monitoring.coreos.com/v1/ServiceMonitor"));

  @TempDir Path folder;

  private Path tree;
  private Tools tools = Tools.none();

  @BeforeEach
  void find() throws IOException {
    tools =
        new Tools(
            Optional.of(TestParts.program("kustomize", "tools")),
            Optional.of(TestParts.program("helm", "tools")));
    tree = Files.createDirectory(folder.resolve("tree"));
  }

  private void file(String path, String text) throws IOException {
    Path file = tree.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void eachSaysItsVersionAndWhatCannotBeRunSaysWhy() throws Exception {
    Path none = folder.resolve("none");

    assertThat(tools.found().get("kustomize").version()).matches("v?[0-9(].*");
    assertThat(tools.found().get("helm").version()).matches("v?[0-9].*");
    assertThat(new Tools(Optional.of(none), Optional.empty()).found())
        .containsOnlyKeys("kustomize")
        .hasEntrySatisfying(
            "kustomize", found -> assertThat(found.version()).contains(none.toString()));
  }

  private Drawn draw(ManifestSpec spec) throws Exception {
    return new Manifests(_ -> Optional.empty(), tools)
        .draw(PRODUCTION, spec, tree, Placement.in("shop"), OFFERS);
  }

  private Drawn kustomize() throws Exception {
    return draw(new ManifestSpec.Kustomize("deploy/production"));
  }

  private Drawn helm(String... values) throws Exception {
    return draw(new ManifestSpec.Helm("deploy/chart", List.of(values), Optional.empty()));
  }

  private static String reason(Drawn drawn) {
    return drawn instanceof Drawn.Refused(var reason) ? reason : "taken: " + drawn;
  }

  private static Drawn.Made made(Drawn drawn) {
    assertThat(drawn).as(reason(drawn)).isInstanceOf(Drawn.Made.class);
    return (Drawn.Made) drawn;
  }

  private void chart(String template) throws IOException {
    file("deploy/chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    file("deploy/chart/values.yaml", "size: small\n");
    file("deploy/chart/templates/all.yaml", template);
  }

  @Test
  void anOverlayIsLaidOverItsBase() throws Exception {
    file("deploy/base/kustomization.yaml", "resources: [web.yaml]\n");
    file("deploy/base/web.yaml", DEPLOYMENT);
    file(
        "deploy/production/kustomization.yaml",
        """
        resources: [../base]
        configMapGenerator: [{ name: settings, files: [notes.txt], literals: ["URL=https://example.com"] }]
        patches: [{ path: patch.yaml }]
        """);
    file("deploy/production/notes.txt", "hello");
    file(
        "deploy/production/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { minReadySeconds: 7 }\n");

    Drawn.Made drawn = made(kustomize());

    assertThat(drawn.text()).contains("minReadySeconds: 7").contains("URL: https://example.com");
    assertThat(drawn.tool()).matches("kustomize v5\\..*");
    assertThat(made(kustomize())).isEqualTo(drawn);
  }

  private static HttpServer counting(AtomicInteger asked) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          resources: ["http://127.0.0.1:%1$d/web.yaml"]              | nothing is fetched
          resources: ["https://example.com/web.yaml"]                | nothing is fetched
          resources: ["github.com/acme/shop//deploy?ref=main"]       | nothing is fetched
          resources: ["git@github.com:acme/shop.git"]                | nothing is fetched
          resources: ["../../../outside"]                            | nothing is fetched
          resources: [/etc]                                          | nothing is fetched
          resources: [link.yaml]                                     | nothing is fetched
          components: ["http://127.0.0.1:%1$d/component"]            | nothing is fetched
          bases: ["http://127.0.0.1:%1$d/base"]                      | nothing is fetched
          crds: ["http://127.0.0.1:%1$d/crd.json"]                   | crds is not taken
          configurations: ["http://127.0.0.1:%1$d/c.yaml"]           | configurations is not taken
          openapi: { path: "http://127.0.0.1:%1$d/schema.json" }     | openapi is not taken
          patches: [{ path: "http://127.0.0.1:%1$d/p.yaml" }]        | nothing is fetched
          patchesStrategicMerge: ["http://127.0.0.1:%1$d/p.yaml"]    | nothing is fetched
          replacements: [{ path: "http://127.0.0.1:%1$d/r.yaml" }]   | nothing is fetched
          configMapGenerator: [{ name: a, files: ["k=http://127.0.0.1:%1$d/f"] }] | nothing is fetched
          configMapGenerator: [{ name: a, envs: ["http://127.0.0.1:%1$d/f"] }]    | nothing is fetched
          configMapGenerator: [{ name: a, files: [../../../../../etc/passwd] }]   | nothing is fetched
          Resources: ["http://127.0.0.1:%1$d/web.yaml"]              | Resources is not taken
          RESOURCES: ["http://127.0.0.1:%1$d/web.yaml"]              | RESOURCES is not taken
          reſources: ["http://127.0.0.1:%1$d/web.yaml"]              | is not taken
          configMapGenerator: [{ name: a, Files: ["k=http://127.0.0.1:%1$d/f"] }] | configMapGenerator.Files is not taken
          configMapGenerator: [{ name: a, ENVS: ["http://127.0.0.1:%1$d/f"] }]    | configMapGenerator.ENVS is not taken
          configMapGenerator: [{ name: a, Env: "http://127.0.0.1:%1$d/f" }]       | configMapGenerator.Env is not taken
          configMapGenerator: [{ name: a, env: "http://127.0.0.1:%1$d/f" }]       | nothing is fetched
          configMapGenerator: [{ name: a, files: ["a=b=http://127.0.0.1:%1$d/f"] }] | nothing is fetched
          patches: [{ Path: "http://127.0.0.1:%1$d/p.yaml" }]        | patches.Path is not taken
          patchesJson6902: [{ PATH: "http://127.0.0.1:%1$d/p.yaml" }] | patchesJson6902.PATH is not taken
          patchesJson6902: [{ path: "http://127.0.0.1:%1$d/p.yaml" }] | nothing is fetched
          replacements: [{ Path: "http://127.0.0.1:%1$d/r.yaml" }]   | replacements.Path is not taken
          OpenAPI: { path: "http://127.0.0.1:%1$d/schema.json" }     | OpenAPI is not taken
          helmcharts: [{ name: a, repo: "http://127.0.0.1:%1$d" }]   | helmcharts is not taken
          transformers: ["{apiVersion: builtin, kind: PatchTransformer, path: a}"] | it could start programs
          patchesStrategicMerge: ["apiVersion: v1"]                  | nothing is fetched
          secretGenerator: [{ name: a, literals: [A=b] }]            | name what is secret in app.secrets
          helmCharts: [{ name: a, repo: "http://127.0.0.1:%1$d" }]   | use "helm" of the environment
          generators: [plugin.yaml]                                  | it could start programs
          transformers: [plugin.yaml]                                | it could start programs
          validators: [plugin.yaml]                                  | it could start programs
          """)
  void aKustomizationThatReachesOutIsRefused(String text, String words) throws Exception {
    var asked = new AtomicInteger();
    HttpServer server = counting(asked);
    try {
      Files.createDirectories(folder.resolve("outside"));
      Files.writeString(folder.resolve("outside/kustomization.yaml"), "resources: []\n");
      file("deploy/production/plugin.yaml", "apiVersion: v1\nkind: A\nmetadata: { name: a }\n");
      file(
          "deploy/production/kustomization.yaml",
          text.formatted(server.getAddress().getPort()) + "\n");

      assertThat(reason(kustomize()))
          .contains("deploy/production/kustomization.yaml")
          .contains(words);
      assertThat(asked).hasValue(0);
    } finally {
      server.stop(0);
    }
  }

  /** What ends a line for one reader of YAML, and so a comment, does not for another. */
  @ParameterizedTest
  @ValueSource(strings = {"\u2028", "\u2029", "\u0085", "\r"})
  void whatReadersTakeForDifferentLinesIsNotReadByTheTool(String end) throws Exception {
    var asked = new AtomicInteger();
    HttpServer server = counting(asked);
    try {
      String hidden = "resources: [http://127.0.0.1:%d/a]".formatted(server.getAddress().getPort());
      file("deploy/production/web.yaml", DEPLOYMENT);
      file(
          "deploy/production/kustomization.yaml",
          "resources: [web.yaml]\nnameSuffix: -a # " + end + hidden + "\n");

      kustomize();

      assertThat(asked).hasValue(0);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatIsTakenAsDataIsNoKustomization() throws Exception {
    file(
        "deploy/production/kustomization.yaml",
        """
        resources: [../base, github.com/acme/shop]
        configMapGenerator: [{ name: a, files: [kustomization.yaml, two/kustomization.yaml] }]
        """);
    file("deploy/production/two/kustomization.yaml", "resources: [\"https://example.com/a\"]\n");
    file("deploy/production/github.com/acme/shop/kustomization.yaml", "resources: [a.yaml]\n");
    file("deploy/production/github.com/acme/shop/a.yaml", DEPLOYMENT);
    file("deploy/base/kustomization.yaml", "resources: [\"a.yaml\"]\n");
    file("deploy/base/a.yaml", DEPLOYMENT.replace("name: web }", "name: other }"));

    assertThat(reason(kustomize())).contains("kustomize says: ").contains("kustomization.yaml");

    file(
        "deploy/production/kustomization.yaml",
        """
        resources: [../base, github.com/acme/shop]
        configMapGenerator: [{ name: a, files: [b=two/kustomization.yaml] }]
        replacements: [{ path: replace.yaml }]
        patches: [{ path: patch.json, target: { kind: Deployment, name: web } }]
        labels: [{ pairs: { Team: "\\U0001F600" }, includeSelectors: false }]
        """);
    file("deploy/production/patch.json", "[{op: add, path: /spec/minReadySeconds, value: 7}]\n");
    file(
        "deploy/production/replace.yaml",
        "- source: { kind: Deployment, name: web, fieldPath: metadata.name }\n"
            + "  targets: [{ select: { kind: Deployment, name: other }, fieldPaths: [metadata.annotations.a], options: { create: true } }]\n");

    assertThat(reason(kustomize()))
        .contains("b: ")
        .contains("https://example.com/a")
        .contains("minReadySeconds: 7")
        .contains("a: web");
  }

  @Test
  void aMistakeIsSaidWithTheNameOfTheRepositorysFile() throws Exception {
    file("deploy/production/kustomization.yaml", "patches: [{ path: patches/patch.yaml }]\n");
    file(
        "deploy/production/patches/patch.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: absent }\n");

    assertThat(reason(kustomize())).startsWith("kustomize says: ");
  }

  @Test
  void aKustomizationBelowAnotherIsLookedAtToo() throws Exception {
    file("deploy/production/kustomization.yaml", "resources: [../base]\n");
    file("deploy/base/kustomization.yaml", "resources: [\"https://example.com/a\"]\n");

    assertThat(reason(kustomize())).contains("deploy/base/kustomization.yaml: resources");
  }

  @Test
  void aChartIsFilledWithItsValues() throws Exception {
    chart(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: {{ .Release.Name }} }
        data: { size: {{ .Values.size | quote }}, in: {{ .Release.Namespace }} }
        """);
    file("deploy/production.yaml", "size: large\n");

    Drawn.Made drawn = made(helm("deploy/production.yaml"));

    assertThat(drawn.text())
        .contains("name: shop-production")
        .contains("\"large\"")
        .contains("in: shop");
    assertThat(drawn.tool()).matches("helm v3\\..*");
  }

  @Test
  void aChartIsToldWhatItsClusterHas() throws Exception {
    chart(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: a }
        data:
          version: {{ .Capabilities.KubeVersion.Version | quote }}
          minor: {{ .Capabilities.KubeVersion.Minor | quote }}
          monitors: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor" | quote }}
          rules: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/PrometheusRule" | quote }}
          scaled: {{ .Capabilities.APIVersions.Has "keda.sh/v1alpha1" | quote }}
        """);

    assertThat(made(helm()).text())
        .contains("version: \"v1.29.3\"")
        .contains("minor: \"29\"")
        .contains("monitors: \"true\"")
        .contains("rules: \"false\"")
        .contains("scaled: \"false\"");

    file(
        "deploy/chart/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\nkubeVersion: '>=1.30.0-0'\n");
    assertThat(reason(helm())).contains("requires kubeVersion: >=1.30.0-0").contains("1.29.3");
  }

  @Test
  void aMistakeInAChartIsSaidInHelmsWords() throws Exception {
    chart("a: {{ .Values.absent.deep }}\n");

    assertThat(reason(helm()))
        .startsWith("helm says: ")
        .contains("templates/all.yaml")
        .doesNotContain(tree.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {{ env "HOME" }}                                               | function "env" not defined
          {{ $x := lookup "v1" "Secret" "" "" }}a: {{ len $x }}          | no object
          a: {{ quote (getHostByName "example.com") }}                   | no object
          a: {{ quote (.Files.Get "../../../secret.txt") }}            | no object
          """)
  void aChartSeesNothingButItself(String template, String words) throws Exception {
    Files.writeString(folder.resolve("secret.txt"), "hidden");
    chart(template + "\n");

    assertThat(reason(helm())).contains(words).doesNotContain("hidden");
  }

  /** The option for files of values takes several in one word. */
  @Test
  void aCommaInTheNameOfAFileOfValuesNamesNoOther() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret.yaml"), "size: hidden\n");
    chart(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { b: {{ .Values.size }} }\n");
    String name = "deploy/x," + secret;
    file(name.replace("//", "/"), "size: large\n");
    file("deploy/x", "size: medium\n");

    assertThat(made(helm(name)).text()).contains("b: large");
  }

  /** A schema can refer to what no repository may see, wherever the chart has it. */
  @ParameterizedTest
  @ValueSource(strings = {"chart", "chart/charts/sub", "packed"})
  void theSchemaOfAChartIsNotFollowed(String where) throws Exception {
    var asked = new AtomicInteger();
    HttpServer server = counting(asked);
    try {
      chart("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n");
      Path secret = Files.writeString(folder.resolve("secret.json"), "{\"type\":\"array\"}");
      String schema =
          "{\"allOf\": [{\"$ref\": \"http://127.0.0.1:%d/a.json\"}, {\"$ref\": \"file://%s\"}]}"
              .formatted(server.getAddress().getPort(), secret);
      if (where.equals("packed")) {
        pack(
            tree.resolve("deploy/chart/charts/sub-1.0.0.tgz"),
            Map.of(
                "sub/Chart.yaml",
                "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
                "sub/values.schema.json",
                schema));
      } else {
        file("deploy/chart/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n");
        file("deploy/" + where + "/values.schema.json", schema);
      }

      made(helm());

      assertThat(asked).hasValue(0);
    } finally {
      server.stop(0);
    }
  }

  private static void pack(Path archive, Map<String, String> files) throws IOException {
    Files.createDirectories(archive.getParent());
    try (var out =
        new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(archive)))) {
      for (var file : files.entrySet()) {
        byte[] bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
        var entry = new TarArchiveEntry(file.getKey());
        entry.setSize(bytes.length);
        out.putArchiveEntry(entry);
        out.write(bytes);
        out.closeArchiveEntry();
      }
    }
  }

  @Test
  void aHelmThatWouldFollowSchemasIsNotStarted() throws Exception {
    chart("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n");
    Path old = Files.writeString(folder.resolve("helm"), "#!/bin/sh\necho v3.15.4\n");
    assertThat(old.toFile().setExecutable(true)).isTrue();
    tools = new Tools(Optional.empty(), Optional.of(old));

    assertThat(reason(helm())).contains("has helm \"v3.15.4\", and takes a helm 3 from 3.16 on");
  }

  private void helmThatSays(String script) throws IOException {
    Path program =
        Files.writeString(
            folder.resolve("helm"),
            "#!/bin/sh\n[ \"$1\" = version ] && echo v3.19.0 && exit\n" + script + "\nexit 1\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    tools = new Tools(Optional.empty(), Optional.of(program));
    chart("");
  }

  @Test
  void aProgramGetsALittleOfTheMachineOnly() throws Exception {
    helmThatSays("echo time $(ulimit -t) memory $(ulimit -v) threads $GOMAXPROCS >&2");

    assertThat(reason(helm())).contains("time 60 memory 1572864 threads 1");
  }

  @Test
  void aProgramHasNoNetworkWhereTheMachineLetsIt() throws Exception {
    assumeThat(works("/usr/bin/unshare --user --net -- /bin/true"))
        .as("unshare works here")
        .isTrue();
    helmThatSays("/usr/bin/readlink /proc/self/ns/net >&2");

    assertThat(reason(helm()))
        .contains("net:[")
        .doesNotContain(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
  }

  @Test
  void aProgramSeesNoFileButThoseThatItIsGivenWhereTheMachineLetsIt() throws Exception {
    assumeThat(works("/usr/bin/bwrap --unshare-all --ro-bind / / -- /bin/true"))
        .as("bwrap works here")
        .isTrue();
    chart(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { b: {{ .Values.size }} }\n");
    Path secret = Files.writeString(folder.resolve("secret.yaml"), "size: hidden\n");
    var helm =
        new Program(
            Program.Installed.of(Tools.HELM, TestParts.program("helm", "tools")),
            tree.resolve("deploy"));

    Drawing own = helm.draw(List.of("template", "a", "chart"));
    Drawing other = helm.draw(List.of("template", "a", "chart", "--values", secret.toString()));

    assertThat(own)
        .isInstanceOfSatisfying(
            Drawing.Text.class, made -> assertThat(made.text()).contains("b: small"));
    assertThat(other)
        .isInstanceOfSatisfying(
            Drawing.Failed.class,
            failed ->
                assertThat(failed.problems().getFirst())
                    .contains("secret.yaml: no such file or directory"));
    assertThat(tools.found().values()).allMatch(found -> found.open().isEmpty());
  }

  @Test
  void whatAProgramCouldReachIsSaidWithTheMachinesWords() throws Exception {
    helmThatSays("");

    assertThat(tools.found().get("helm").open().orElseThrow())
        .startsWith("it can read what the server's user can read")
        .contains(": ");
  }

  @Test
  void aWallThatStoodAndFallsLetsNothingThrough() throws Exception {
    assumeThat(works("/usr/bin/unshare --user --net -- /bin/true"))
        .as("unshare works here")
        .isTrue();
    Path broken = folder.resolve("broken");
    helmThatSays("echo drawn >&2");
    String script = Files.readString(folder.resolve("helm"));
    Files.writeString(
        folder.resolve("helm"),
        script.replace(
            "#!/bin/sh\n",
            "#!/bin/sh\n[ -e %s ] && [ $(/usr/bin/readlink /proc/self/ns/net) != '%s' ] && exit 1\n"
                .formatted(broken, Files.readSymbolicLink(Path.of("/proc/self/ns/net")))));
    tools.found();

    Files.createFile(broken);
    assertThatThrownBy(this::helm)
        .isInstanceOfSatisfying(
            RolloutException.class,
            e -> assertThat(e.kind()).isEqualTo(RolloutException.Kind.UNREACHABLE))
        .hasMessageContaining("ended with 1");

    Files.delete(broken);
    assertThat(reason(helm())).isEqualTo("helm says: drawn");
  }

  private static boolean works(String command) throws Exception {
    Process tried = new ProcessBuilder("/bin/sh", "-c", command).start();
    return tried.waitFor() == 0;
  }

  @Test
  void programsRunOneAtATime() throws Exception {
    helmThatSays(
        "/bin/mkdir %1$s/runs || echo beside another >&2; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; /bin/rmdir %1$s/runs"
            .formatted(folder));
    Path first = tree;
    Path second = Files.createDirectory(folder.resolve("second"));
    var spec = new ManifestSpec.Helm(".", List.of(), Optional.empty());
    for (Path one : List.of(first, second)) {
      Files.writeString(one.resolve("Chart.yaml"), "apiVersion: v2\nname: a\nversion: 1.0.0\n");
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Drawn>> drawn =
          Stream.of(first, second)
              .map(one ->
                  threads.submit(() ->
                      new Manifests(_ -> Optional.empty(), tools)
                          .draw(PRODUCTION, spec, one, Placement.in("shop"), OFFERS)))
              .toList();
      for (Future<Drawn> one : drawn) {
        assertThat(reason(one.get())).isEqualTo("helm says: nothing, and ended with 1");
      }
    }
  }

  @Test
  void aHookIsRefused() throws Exception {
    chart(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: a, annotations: { helm.sh/hook: pre-install } }
        """);

    assertThat(reason(helm()))
        .contains("ConfigMap a (shop/templates/all.yaml)")
        .contains("hook of helm");
  }

  @Test
  void aDefinitionOfAChartIsRefusedAndNotLeftOut() throws Exception {
    chart("");
    file(
        "deploy/chart/crds/a.yaml",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: a }\n");

    assertThat(reason(helm())).contains("CustomResourceDefinition may not be brought");
  }

  @Test
  void aChartThatIsToBeFetchedIsRefused() throws Exception {
    chart("");
    file(
        "deploy/chart/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies: [{ name: a, version: 1.0.0, repository: \"http://127.0.0.1:1\" }]\n");

    assertThat(reason(helm())).contains("helm says: ").contains("missing in charts/ directory");
  }

  @Test
  void aChartWithoutEndIsStopped() throws Exception {
    chart(
        "{{- range until 100000 }}{{ range until 100000 }}aaaaaaaaaaaaaaaaaaaaaaaa{{ end }}{{ end }}\n");

    assertThat(reason(helm())).contains("helm ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kustomize", "helm"})
  void theSampleIsAReleaseOfItsProcess(String sample) throws Exception {
    Path folder = Path.of(System.getProperty("windlass.root"), "pipelines/samples", sample);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        file(folder.relativize(file).toString(), Files.readString(file));
      }
    }
    ManifestSpec spec =
        PipelineReader.read("windlass.yaml", Files.readAllBytes(tree.resolve("windlass.yaml")))
            .pipeline()
            .map(pipeline -> pipeline.environments().get("production"))
            .flatMap(EnvironmentSpec::manifests)
            .orElseThrow();

    Documents read = Documents.read(sample, made(draw(spec)).text());

    assertThat(Assembly.of(Shop.bringing("web"), Placement.in("shop"), read.objects()))
        .isInstanceOfSatisfying(
            Rendering.Done.class,
            done -> {
              assertThat(done.rendered().workloads()).containsOnlyKeys("web");
              assertThat(done.rendered().services("web")).hasSize(1);
            });
  }

  @Test
  void withoutTheProgramItIsSaidWhatToDo() throws Exception {
    tools = Tools.none();

    assertThat(reason(kustomize()))
        .contains("the server has no kustomize; let the operator install it");
    assertThat(reason(helm())).contains("the server has no helm");
  }
}
