using System.CommandLine;
using Forewave.Client;
using Forewave.Client.ZooKeeper;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>What every verb but <c>serve</c> takes: the broker's address, and whether the result is JSON.</summary>
internal static class ClientOptions
{
    /// <summary>How long to look for a broker at the beginning.</summary>
    public static readonly TimeSpan ReachTime = TimeSpan.FromSeconds(10);

    /// <summary>Who the tool is; set once, before a verb runs.</summary>
    public static ForewaveCredentials? Credentials { get; set; }

    /// <summary>How the tool speaks to brokers; null: without TLS. Set once, before a verb runs.</summary>
    public static ForewaveTls? Tls { get; set; }

    private const string Variable = "FOREWAVE_SERVER";

    /// <summary><c>--server</c>, else FOREWAVE_SERVER, else this host.</summary>
    public static Option<string> Server() => new("--server")
    {
        Description = "host:port[,host:port...], dns://name:port or zk://host:port[,...]/path; else FOREWAVE_SERVER",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } server ? server : "127.0.0.1:7600",
    };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "print the result as JSON" };

    /// <summary>Waits for the first connection, but not as long as for later ones: the address may be wrong.</summary>
    /// <exception cref="ForewaveException">There is no broker.</exception>
    public static async Task ReachAsync(this ForewaveClient client, CancellationToken stop)
    {
        await client.ConnectAsync(ReachTime, stop);
    }

    /// <summary>A client for the address.</summary>
    /// <exception cref="UsageException">It is no address.</exception>
    public static ForewaveClient Connect(string server) => Connect(new ForewaveClientOptions { Server = server });

    /// <summary>A client with these options, under the tool's name.</summary>
    /// <exception cref="UsageException">The server is no address.</exception>
    public static ForewaveClient Connect(ForewaveClientOptions options)
    {
        ZooKeeperRoutes.Register();
        try
        {
            return new ForewaveClient(options with { Name = "forewave", Credentials = Credentials, Tls = Tls });
        }
        catch (ArgumentException wrong)
        {
            throw UsageException.Of(wrong, "--server: ");
        }
        catch (ForewaveException wrong) when (wrong.Code == ErrorCode.CapabilityMissing)
        {
            throw new UsageException($"--server: {wrong.Message}");
        }
    }
}
