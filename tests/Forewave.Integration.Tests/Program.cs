using Forewave.Integration.Tests.Abuse;

namespace Forewave.Integration.Tests;

/// <summary>What a test runs in a process of its own; the tests themselves do not come here.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) => arguments switch
    {
        ["idle", var broker, var count] => IdleClients.RunAsync(System.Net.IPEndPoint.Parse(broker), int.Parse(count)),
        _ => Task.FromResult(2),
    };
}
