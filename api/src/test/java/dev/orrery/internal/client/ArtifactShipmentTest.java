package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.orrery.Pipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactShipmentTest {
    @TempDir
    Path folder;

    private static Pipeline.Builder pipeline() {
        return Pipeline.named("embed").stage("encode", () -> inputs -> inputs);
    }

    @Test
    void sameClassesGiveTheSameJarAndItIsDeletedAfterwards() throws Exception {
        Path classes = Files.createDirectories(folder.resolve("classes/a"));
        Files.writeString(classes.resolve("B.class"), "b");
        Files.writeString(classes.resolve("A.class"), "a");
        Path root = folder.resolve("classes");
        Path first = ClassFolderJar.pack(root, "one");
        Path second = ClassFolderJar.pack(root, "two");
        assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
        Files.delete(first);
        Files.delete(second);
        try (ArtifactShipment shipment = ArtifactShipment.of(pipeline().build(), List.of())) {
            assertEquals(1, shipment.refs().size());
            try (ArtifactShipment again = ArtifactShipment.of(pipeline().build(), List.of())) {
                assertEquals(shipment.refs(), again.refs());
            }
        }
        String own = own();
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertFalse(files.anyMatch(file -> file.getFileName().toString().startsWith(own)));
        }
    }

    private static String own() throws Exception {
        Path here = Path.of(ArtifactShipmentTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return "classes-" + Integer.toHexString(here.hashCode()) + "-";
    }

    @Test
    void declaredJarsFollowTheOnesOfTheStages() throws Exception {
        Path jar = folder.resolve("more.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("x"));
        }
        try (ArtifactShipment shipment =
                ArtifactShipment.of(pipeline().artifact(jar).build(), List.of())) {
            assertEquals(2, shipment.refs().size());
            assertEquals("more.jar", shipment.refs().get(1).getName());
        }
    }
}
