package io.windlass.engine.kubernetes.manifest;

import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.engine.kubernetes.workload.Allowance;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Shop;
import io.windlass.engine.pipeline.Patterns;
import io.windlass.engine.release.EnvironmentId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Objects of any form are an answer in words, and never an error of ours. */
final class MutatedManifestsTest {
  private static final int TIMES = 3_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  private static final Placement PLACEMENT =
      Placement.in("shop")
          .exposed(
              new Exposure.ByIngress(
                  Optional.of("nginx"),
                  Map.of(),
                  Optional.of(new Exposure.Issuer("letsencrypt", "ClusterIssuer", 5))))
          .allowing(
              new Allowance(
                  Set.of("cert-manager.io/v1/Certificate"),
                  new Patterns(List.of("a/*"), false),
                  new Patterns(List.of("tls"), false)));

  private static final String OBJECTS =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web, labels: { team: basket }, annotations: { a: b } }
      spec:
        replicas: 5
        selector: { matchLabels: { app: web } }
        strategy: { type: RollingUpdate }
        template:
          metadata: { labels: { app: web }, annotations: { a: b } }
          spec:
            securityContext: { runAsUser: 7, seccompProfile: { type: RuntimeDefault } }
            volumes: [{ name: v, projected: { sources: [{ configMap: { name: settings } }] } }]
            initContainers: [{ name: first, image: "busybox:1" }]
            containers:
              - name: web
                image: ghcr.io/acme/shop:latest
                ports: [{ containerPort: 80 }]
                env: [{ name: LEVEL, valueFrom: { configMapKeyRef: { name: settings, key: a } } }]
                envFrom: [{ configMapRef: { name: settings } }]
                securityContext: { capabilities: { add: [NET_BIND_SERVICE] } }
                readinessProbe: { httpGet: { path: /, port: 80 } }
                lifecycle: { preStop: { exec: { command: [a] } } }
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: settings }
      data: { a: b }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: shop }
      spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 3000 }] }
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: { name: shop }
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
      ---
      apiVersion: batch/v1
      kind: CronJob
      metadata: { name: nightly }
      spec:
        schedule: "0 0 * * *"
        jobTemplate:
          metadata: { labels: { a: b } }
          spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: b }] } } }
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: { name: shop }
      spec:
        tls: [{ hosts: [a.example.com], secretName: tls }]
        rules: [{ host: a.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: shop, port: { number: 80 } } } }] } }]
      ---
      apiVersion: cert-manager.io/v1
      kind: Certificate
      metadata: { name: shop }
      spec:
        secretName: shop-production.shop
        dnsNames: [a.example.com]
        issuerRef: { name: letsencrypt, kind: ClusterIssuer }
      """;

  private final Random random = new Random(7);

  @Test
  void noFormOfAnObjectIsAnErrorOfOurs() throws Exception {
    for (int i = 0; i < TIMES; i++) {
      List<Brought> objects = Documents.read("test", OBJECTS).objects();
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        mutate(objects.get(random.nextInt(objects.size())).tree());
      }
      String text = objects.stream().map(Brought::tree).toList().toString();

      assertThatCode(() -> look(objects))
          .as("seed 7, turn %d: %s", i, text)
          .doesNotThrowAnyException();
    }
  }

  private static void look(List<Brought> objects) {
    if (ObjectRules.check(objects, Terms.of(PRODUCTION, PLACEMENT)).isEmpty()) {
      Assembly.of(Shop.bringing("web"), PLACEMENT, objects);
    }
    TrafficRules.hosts(objects);
  }

  private void mutate(ObjectNode object) throws Exception {
    List<JsonNode> containers = new ArrayList<>();
    collect(object, containers);
    JsonNode chosen = containers.get(random.nextInt(containers.size()));
    switch (chosen) {
      case ObjectNode mapping when !mapping.isEmpty() -> {
        List<String> names = new ArrayList<>();
        mapping.fieldNames().forEachRemaining(names::add);
        mapping.set(names.get(random.nextInt(names.size())), something());
      }
      case ArrayNode list when !list.isEmpty() ->
          list.set(random.nextInt(list.size()), something());
      default -> {}
    }
  }

  private JsonNode something() throws Exception {
    List<String> all =
        List.of(
            "null",
            "0",
            "-1",
            "1.5",
            "true",
            "\"\"",
            "\"x\"",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "[{}]",
            "{\"a\": null}",
            "{\"a\": {}}",
            "[\"a\", 1]",
            "99999999999999999999");
    return JSON.readTree(all.get(random.nextInt(all.size())));
  }

  private static void collect(JsonNode node, List<JsonNode> found) {
    if (node.isContainerNode()) {
      found.add(node);
      node.forEach(child -> collect(child, found));
    }
  }
}
