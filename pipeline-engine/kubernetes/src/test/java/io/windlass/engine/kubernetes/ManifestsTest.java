package io.windlass.engine.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.windlass.engine.TestParts;
import io.windlass.engine.image.registry.DockerRegistry;
import io.windlass.engine.kubernetes.part.KubeCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manifests that people run Windlass with, as {@code kubectl apply -k} reads them. */
class ManifestsTest {
  static final Path MANIFESTS = Path.of("../../pipelines/kubernetes").toAbsolutePath().normalize();

  @TempDir Path folder;

  @Test
  void theServerIsTakenByARestrictedNamespace() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace =
        kube.namespace("server", Map.of("pod-security.kubernetes.io/enforce", "restricted"));

    List<HasMetadata> objects = rendered("namespace: " + namespace + "\nresources: [%s/server]\n");

    assertThat(objects)
        .extracting(HasMetadata::getKind)
        .containsExactlyInAnyOrder(
            "Namespace",
            "ServiceAccount",
            "ClusterRole",
            "ClusterRoleBinding",
            "ConfigMap",
            "Service",
            "StatefulSet",
            "NetworkPolicy");
    for (HasMetadata object : objects) {
      assertThatCode(() -> kube.client().resource(object).dryRun().serverSideApply())
          .as(object.getKind())
          .doesNotThrowAnyException();
    }
    var pods =
        objects.stream()
            .filter(StatefulSet.class::isInstance)
            .map(object -> ((StatefulSet) object).getSpec().getTemplate())
            .toList();
    assertThat(pods).hasSize(1);
    var pod =
        new PodBuilder()
            .withMetadata(pods.getFirst().getMetadata())
            .editMetadata()
            .withName("windlass-0")
            .withNamespace(namespace)
            .endMetadata()
            .withSpec(pods.getFirst().getSpec())
            .editSpec()
            .withServiceAccountName("default")
            .addNewVolume()
            .withName("data")
            .withNewEmptyDir()
            .endEmptyDir()
            .endVolume()
            .endSpec()
            .build();
    assertThatCode(() -> kube.client().resource(pod).dryRun().create()).doesNotThrowAnyException();
  }

  @Test
  void theServersConfigurationIsReadAnewWhenItChanges() throws Exception {
    List<HasMetadata> objects = rendered("resources: [%s/server]\n");

    String config =
        objects.stream()
            .filter(object -> object.getKind().equals("ConfigMap"))
            .map(object -> object.getMetadata().getName())
            .findFirst()
            .orElseThrow();
    assertThat(config).matches("windlass-[a-z0-9]{10}");
    assertThat(new KubernetesSerialization().asYaml(objects)).contains("name: \"" + config + "\"");
  }

  @Test
  void monitoringIsOnTop() throws Exception {
    assertThat(rendered("resources: [%s/server]\ncomponents: [%s/monitoring]\n"))
        .extracting(HasMetadata::getKind)
        .contains("ServiceMonitor");
  }

  @Test
  void aNamespaceOfReleasesIsGrantedToTheServersAccount() throws Exception {
    List<HasMetadata> objects = rendered("namespace: shop\nresources: [%s/releases]\n");

    assertThat(objects).allMatch(object -> object.getMetadata().getNamespace().equals("shop"));
    assertThat(new KubernetesSerialization().asYaml(objects))
        .contains("name: \"windlass\"\n    namespace: \"windlass\"");
  }

  private List<HasMetadata> rendered(String kustomization)
      throws IOException, InterruptedException {
    var kubectl = DockerRegistry.program("kubectl");
    TestParts.need(kubectl.isPresent(), "kubectl");
    // Kustomize takes no absolute paths.
    Path relative = folder.toRealPath().relativize(MANIFESTS.toRealPath());
    Files.writeString(
        folder.resolve("kustomization.yaml"), kustomization.replace("%s", relative.toString()));
    Process process =
        new ProcessBuilder(kubectl.orElseThrow().toString(), "kustomize", folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<HasMetadata> objects = new KubernetesSerialization().unmarshal(process.getInputStream());
    assertThat(process.waitFor()).isZero();
    return objects;
  }
}
