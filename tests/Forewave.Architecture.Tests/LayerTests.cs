using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class LayerTests
{
    [Fact]
    public void Broker_sees_no_environment_and_store_sees_no_frames() =>
        Offence.AssertNone("A layer uses what does not belong to it:", Repository.SourcesUnder("src").SelectMany(LayerRule.Check));

    [Fact]
    public void Native_code_stays_where_it_belongs() =>
        Offence.AssertNone("Unsafe code and native functions belong to Forewave.Storage.Files and Interop folders:",
            Repository.SourcesUnder("src", "samples").SelectMany(NativeCodeRule.Check));

    [Fact]
    public void Rule_finds_files_sockets_and_frameworks_in_the_broker()
    {
        const string text = """
            using System.Net.Sockets;
            using Microsoft.AspNetCore.Connections;
            using System.Netting;
            class A
            {
                void M(Store store)
                {
                    System.IO.File.Delete("a");
                    using var stream = new FileStream("a", FileMode.Open);
                    var command = new System.Data.DataTable();
                    store.File.Clear();
                    store.Open(File: 1);
                    var options = new Options { File = 1 };
                }
            }
            """;

        Offence.AssertFound(LayerRule.Check(SourceFile.Parse("src/Forewave.Broker/A.cs", text)),
            "Forewave.Broker uses System.Net",
            "Forewave.Broker uses Microsoft.AspNetCore",
            "Forewave.Broker uses System.Data",
            "Forewave.Broker uses File",
            "Forewave.Broker uses FileStream",
            "Forewave.Broker uses FileMode");
    }

    [Fact]
    public void Rule_finds_frames_in_a_store()
    {
        const string text = "using Forewave.Protocol.Frames; using Forewave.Protocol.Ids; class A { Forewave.Protocol.Frames.Frame f; }";

        Offence.AssertFound(LayerRule.Check(SourceFile.Parse("src/Forewave.Storage.Files/A.cs", text)),
            "Forewave.Storage.Files uses Forewave.Protocol.Frames",
            "Forewave.Storage.Files uses Forewave.Protocol.Frames");
        Offence.AssertFound(LayerRule.Check(SourceFile.Parse("src/Forewave.Broker/A.cs", text)));
    }

    [Fact]
    public void Rule_finds_native_code_outside_its_places()
    {
        const string text = """class A { [LibraryImport("c")] static partial int Sync(int fd); unsafe void M() { } }""";

        Offence.AssertFound(NativeCodeRule.Check(SourceFile.Parse("src/Forewave.Server/A.cs", text)), "unsafe", "Sync is a native function");
        Offence.AssertFound(NativeCodeRule.Check(SourceFile.Parse("src/Forewave.Server/Interop/A.cs", text)));
        Offence.AssertFound(NativeCodeRule.Check(SourceFile.Parse("src/Forewave.Storage.Files/Disk/A.cs", text)));
    }
}
