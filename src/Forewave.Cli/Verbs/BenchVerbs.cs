using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave bench</c>: measures, and checks what it measured.</summary>
internal static class BenchVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("bench", "Measure a broker, and check that nothing is lost or doubled")
    {
        BenchPublishVerb.Create(),
        BenchConsumeVerb.Create(),
        BenchEndToEndVerb.Create(),
        BenchFindVerb.Create(),
        BenchVerifyVerb.Create(),
        BenchLookupVerb.Create(),
    };
}
