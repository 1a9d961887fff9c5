package io.windlass.webhooks;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the design forbids and the compiler cannot: five rules over all modules. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.windlass");

  @Test
  void packagesAreNotWovenIntoEachOther() {
    slices().matching("io.windlass.(scaler.*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching("io.windlass.(engine.*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching("io.windlass.engine.(local.*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching("io.windlass.(webhooks.*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void decisionsAndMachinesAskNoClock() {
    Set<String> clocks =
        Set.of(Instant.class.getName(), Clock.class.getName(), System.class.getName());
    Set<String> readings = Set.of("now", "systemUTC", "currentTimeMillis", "nanoTime");
    noClasses()
        .that(
            resideInAnyPackage(
                "..scaler.policy..",
                "..scaler.decision..",
                "..scaler.syntax..",
                "..engine.pipeline.."))
        .or()
        .haveSimpleNameEndingWith("Machine")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "a clock is read",
                (JavaCall<?> call) ->
                    clocks.contains(call.getTargetOwner().getName())
                        && readings.contains(call.getName())))
        .check(CLASSES);
  }

  @Test
  void sqlStandsOnTheJournalsDatabaseOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages("..engine.journal..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "org.flywaydb..", "com.zaxxer.hikari..", "org.sqlite..", "org.postgresql.."))
        .check(CLASSES);
  }

  @Test
  void outsideSystemsStayBehindTheirPorts() {
    noClasses()
        .that(resideInAPackage("io.windlass.scaler.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.windlass.engine..", "io.windlass.webhooks..", "org.jdbi.."))
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("..engine.image..")
        .should()
        .dependOnClassesThat(resideInAPackage("com.google.cloud.tools.jib.."))
        .check(CLASSES);
    noClasses()
        .that(
            resideInAnyPackage(
                "..engine.run..",
                "..engine.rollout..",
                "..engine.release..",
                "..engine.pipeline.."))
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.windlass.engine.local..", "org.eclipse.jgit.."))
        .check(CLASSES);
  }

  @Test
  void packagesAreNamedForThings() {
    classes()
        .should()
        .resideOutsideOfPackages(
            "..util..", "..utils..", "..common..", "..impl..", "..manager..", "..helpers..")
        .check(CLASSES);
  }
}
