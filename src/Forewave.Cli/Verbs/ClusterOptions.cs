using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Forewave.Cli.Serving;
using Forewave.Protocol;
using Forewave.Server;
using Forewave.Server.Cluster;
using Forewave.Server.Configuration;

namespace Forewave.Cli.Verbs;

/// <summary>What the verbs of <c>forewave cluster</c> take: where ZooKeeper is, which group, and a person's yes.</summary>
internal static class ClusterOptions
{
    /// <summary><c>--zookeeper</c>, else the setting of <c>serve</c>.</summary>
    public static Option<string?> ZooKeeper() => new("--zookeeper")
    {
        Description = "ZooKeeper's servers, host:port[,host:port...][/path]; else as serve finds them: FOREWAVE_ZOOKEEPER, --config", HelpName = "SERVERS",
    };

    /// <summary><c>--config</c>.</summary>
    public static Option<string?> Config() => new("--config") { Description = "the configuration file of a broker", HelpName = "FILE" };

    /// <summary><c>--partition</c>.</summary>
    public static Option<PartitionNumber> Partition() => new("--partition")
    {
        Description = "the group's partition (0)",
        HelpName = "N",
        CustomParser = static result =>
        {
            if (ushort.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
                return new PartitionNumber(number);
            result.AddError("no partition: 0 to 65535");
            return default;
        },
    };

    /// <summary><c>--yes</c>.</summary>
    public static Option<bool> Yes() => new("--yes") { Description = "do not ask whether it is meant" };

    /// <summary>Opens what looks at the cluster.</summary>
    /// <exception cref="UsageException">It is not said where ZooKeeper is, or cannot be read.</exception>
    public static async Task<ClusterDesk> OpenAsync(ParseResult parsed, CancellationToken stop)
    {
        string servers = parsed.GetValue<string?>("--zookeeper") ?? FromSettings(parsed.GetValue<string?>("--config")) ?? throw new UsageException("--zookeeper is missing: host:port[,host:port...][/path], or FOREWAVE_ZOOKEEPER");
        try
        {
            return await ClusterDesk.OpenAsync(servers, ClientOptions.Tls, stop);
        }
        catch (ArgumentException wrong)
        {
            throw UsageException.Of(wrong, "--zookeeper: ");
        }
    }

    /// <summary>Asks on the terminal whether it is meant; true: a name was typed as it is wanted.</summary>
    /// <param name="asked">What happens then, for a person, and the name that has to be typed.</param>
    /// <param name="isSaid"><c>--yes</c> was given: nobody is asked.</param>
    /// <exception cref="UsageException">There is nobody to ask.</exception>
    public static bool IsMeant((string Warning, string Name) asked, bool isSaid)
    {
        Console.Error.WriteLine(asked.Warning);
        if (isSaid)
            return true;
        if (Console.IsInputRedirected)
            throw new UsageException("there is no terminal to ask whether it is meant: --yes says so");
        Console.Error.Write($"Type {asked.Name} to go on: ");
        return Console.In.ReadLine()?.Trim() == asked.Name;
    }

    private static string? FromSettings(string? config)
    {
        try
        {
            return BrokerConfiguration.Read(new ForewaveBrokerOptions(), new ConfigurationSources { File = config, Environment = ProcessVariables.Read(), Flags = new Dictionary<string, string?>() }).Options.ZooKeeper;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(wrong.Message);
        }
    }
}
