package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayBuilder;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.Prepared;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenersTest {
  @ParameterizedTest
  @CsvSource({
    "HTTPS, , , shop.example.com, true",
    "HTTPS, shop.example.com, , shop.example.com, true",
    "HTTPS, *.example.com, , shop.example.com, true",
    "HTTPS, *.example.com, , a.shop.example.com, true",
    "HTTPS, *.example.com, , *.example.com, true",
    "HTTPS, *.example.com, , example.com, false",
    "HTTPS, *.example.com, , notexample.com, false",
    "HTTPS, other.example.com, , shop.example.com, false",
    "HTTP, shop.example.com, , shop.example.com, false",
    "TLS, shop.example.com, , shop.example.com, false",
    "HTTPS, shop.example.com, front, shop.example.com, true",
    "HTTPS, shop.example.com, other, shop.example.com, false",
  })
  void aHostIsTakenByAListenerThatTerminatesTlsForIt(
      String protocol, String hostname, String section, String host, boolean taken) {
    Gateway gateway = gateway("public", protocol, hostname);

    assertThat(Listeners.takes(gateway, Optional.ofNullable(section), host)).isEqualTo(taken);
  }

  @Test
  void aReleaseIsRefusedUntilTheGatewayTakesItsHost() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    kube.define("gateway.networking.k8s.io_gateways.yaml");
    GatewayKinds.install(kube.client());
    String namespace = kube.namespace("listeners");
    var by = new Exposure.ByGateway("public", namespace, Optional.empty());
    try (World world = World.open(kube, Placement.in(namespace).exposed(by))) {
      world.tls();
      assertThat(world.target().prepare(world.release(1)))
          .isEqualTo(
              new Prepared.Failed(
                  "Gateway \"public\" is not there in namespace \"%s\"; let the operator name another one in the target"
                      .formatted(namespace)));

      kube.client()
          .resource(gateway("public", "HTTP", "*.example.com"))
          .inNamespace(namespace)
          .create();
      String refusal =
          "No HTTPS listener of Gateway \"public\" takes shop.example.com; let the operator add one with its certificate, or take tls out of the routes";
      assertThat(world.target().prepare(world.release(1))).isEqualTo(new Prepared.Failed(refusal));
      assertThat(world.target().plan(Optional.empty(), world.release(1)))
          .contains(Change.refused(List.of(refusal)));

      kube.client()
          .resource(gateway("public", "HTTPS", "*.example.com"))
          .inNamespace(namespace)
          .forceConflicts()
          .serverSideApply();
      assertThat(world.target().prepare(world.release(1))).isEqualTo(new Prepared.Ready());
    }
  }

  private static Gateway gateway(String name, String protocol, String hostname) {
    return new GatewayBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withGatewayClassName("test")
        .addNewListener()
        .withName("front")
        .withPort(443)
        .withProtocol(protocol)
        .withHostname(hostname)
        .endListener()
        .endSpec()
        .build();
  }
}
