using System.Diagnostics;
using System.Globalization;
using Forewave.Bench.Peers.Peers;

namespace Forewave.Bench.Peers.RabbitMq;

/// <summary>A RabbitMQ node of Debian's package with everything in one folder: data, log, cookie, configuration.</summary>
/// <remarks>It has a port mapper (epmd) of its own, on its own port, so that one of the system's is neither needed nor left behind.</remarks>
internal sealed class RabbitMqNode
{
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    /// <summary>The node, then its port mapper.</summary>
    public required IReadOnlyList<BrokerProcess> Processes { get; init; }

    public required int AmqpPort { get; init; }

    public required int StreamPort { get; init; }

    public static Task<string?> FindVersionAsync(CancellationToken cancellation) =>
        File.Exists(Server) ? CommandLine.PackageVersionAsync("rabbitmq-server", cancellation) : Task.FromResult<string?>(null);

    /// <param name="folder">Where its files go.</param>
    /// <param name="plugins">Names of plugins to enable, separated by commas; may be empty.</param>
    /// <param name="cancellation">Stops the start, and ends what was started.</param>
    public static async Task<RabbitMqNode> StartAsync(string folder, string plugins, CancellationToken cancellation)
    {
        var ports = FreePorts.Take(4);
        var mapper = BrokerProcess.Start(Mapper(ports[2]));
        BrokerProcess? node = null;
        try
        {
            await mapper.ListensAsync(ports[2], cancellation);
            node = BrokerProcess.Start(await PrepareAsync(folder, plugins, ports, cancellation));
            await node.ListensAsync(plugins.Length == 0 ? ports[0] : ports[1], cancellation);
            await node.ListensAsync(ports[0], cancellation);
            return new RabbitMqNode { Processes = [node, mapper], AmqpPort = ports[0], StreamPort = ports[1] };
        }
        catch
        {
            if (node is not null)
            {
                await node.DisposeAsync();
            }

            await mapper.DisposeAsync();
            throw;
        }
    }

    private static ProcessStartInfo Mapper(int port)
    {
        var start = new ProcessStartInfo("epmd", ["-port", Text(port)]);
        start.Environment["ERL_EPMD_ADDRESS"] = "127.0.0.1";
        return start;
    }

    private static async Task<ProcessStartInfo> PrepareAsync(string folder, string plugins, int[] ports, CancellationToken cancellation)
    {
        var streamListener = plugins.Length == 0 ? "" : $"stream.listeners.tcp.1 = 127.0.0.1:{Text(ports[1])}\n";
        var configuration = $"listeners.tcp.1 = 127.0.0.1:{Text(ports[0])}\n{streamListener}";
        await File.WriteAllTextAsync(Path.Combine(folder, "rabbitmq.conf"), configuration, cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "plugins"), $"[{plugins}].\n", cancellation);

        var start = new ProcessStartInfo(Server);
        Dictionary<string, string> environment = new()
        {
            ["HOME"] = folder, // Where Erlang keeps its cookie.
            ["ERL_EPMD_PORT"] = Text(ports[2]),
            ["RABBITMQ_NODENAME"] = "peers@localhost",
            ["RABBITMQ_DIST_PORT"] = Text(ports[3]),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(folder, "none"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
