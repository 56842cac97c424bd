using System.Text.RegularExpressions;
using Forewave.Integration.Tests.Units;
using Forewave.Server;
using Forewave.Server.Configuration;
using YamlDotNet.RepresentationModel;
using CommandLine = Forewave.Cli.Program;

namespace Forewave.Integration.Tests.Documents;

/// <summary>
/// The files under deploy/ that no engine runs here: they parse, and every setting, flag, port and path in them is one of the broker's.
/// </summary>
public sealed partial class DeployTests
{
    private static readonly string[] Files =
        ["deploy/docker/Dockerfile", "deploy/docker/compose.yaml", "deploy/kubernetes/forewave.yaml", "deploy/systemd/forewave.service", "deploy/systemd/forewave.yaml"];

    [Fact]
    public void Variables_are_settings()
    {
        var names = Files.SelectMany(file => Variable().Matches(Read(file)).Select(match => match.Value)).Distinct().ToArray();

        Assert.Contains("FOREWAVE_DATA", names);
        Assert.Empty(names.Except(BrokerSettings.All.Select(setting => setting.Variable)));
    }

    [Fact]
    public void Settings_of_the_unit_can_be_read() => Assert.Equal(TimeSpan.FromSeconds(10), Settings(Read("deploy/systemd/forewave.yaml")).StopGrace);

    [Fact]
    public void Settings_of_the_manifests_can_be_read_and_fit_their_ports_and_probes()
    {
        var documents = Yaml("deploy/kubernetes/forewave.yaml");
        var pod = Find(documents, "StatefulSet")["spec"]["template"]["spec"];
        var broker = Assert.IsType<YamlSequenceNode>(pod["containers"]).Children.Single();

        var options = Settings(Text(Find(documents, "ConfigMap")["data"]["forewave.yaml"]));

        Assert.Equal("/var/lib/forewave", options.DataFolder);
        Assert.Contains("/var/lib/forewave", Sequence(broker["volumeMounts"]).Select(mount => Text(mount["mountPath"])));
        Assert.Equal([options.Listen!.Split(':')[1], options.Http!.Split(':')[1]], Sequence(broker["ports"]).Select(port => Text(port["containerPort"])));
        Assert.True(options.StopGrace.TotalSeconds < int.Parse(Text(pod["terminationGracePeriodSeconds"])));
        Assert.Equal("/health/ready", Text(broker["readinessProbe"]["httpGet"]["path"]));
        Assert.Equal("/health/live", Text(broker["livenessProbe"]["httpGet"]["path"]));
        Assert.Equal("1", Text(Find(documents, "StatefulSet")["spec"]["replicas"]));
        CheckArguments([.. Sequence(broker["args"]).Select(Text)]);
    }

    [Fact]
    public void Labels_of_the_manifests_find_each_other()
    {
        var documents = Yaml("deploy/kubernetes/forewave.yaml");
        var set = Find(documents, "StatefulSet");
        string label = Text(set["spec"]["template"]["metadata"]["labels"]["app"]);

        Assert.Equal(label, Text(set["spec"]["selector"]["matchLabels"]["app"]));
        Assert.Equal(label, Text(Find(documents, "Service")["spec"]["selector"]["app"]));
        Assert.Equal(label, Text(Find(documents, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"]["app"]));
        Assert.Equal(Text(Find(documents, "Service")["metadata"]["name"]), Text(set["spec"]["serviceName"]));
    }

    [Fact]
    public void Compose_file_builds_the_image_and_gives_it_time_to_stop()
    {
        var service = Yaml("deploy/docker/compose.yaml").Single()["services"]["forewave"];
        string context = Path.GetFullPath(Path.Combine(CommandLineTests.FindRoot(), "deploy/docker", Text(service["build"]["context"])));

        Assert.Equal(CommandLineTests.FindRoot(), context);
        Assert.True(File.Exists(Path.Combine(context, Text(service["build"]["dockerfile"]))));
        Assert.Equal("90s", Text(service["stop_grace_period"]));
        Assert.Equal("10s", Text(service["environment"]["FOREWAVE_STOP_GRACE"]));
    }

    [Fact]
    public void Unit_runs_what_the_program_understands_and_waits_for_its_drain()
    {
        string unit = Read("deploy/systemd/forewave.service");
        string[] words = ExecStart().Match(unit).Groups["words"].Value.Split(' ');

        Assert.Equal("/usr/bin/forewave", words[0]);
        CheckArguments(words[1..]);
        Assert.True(Settings(Read("deploy/systemd/forewave.yaml")).StopGrace < TimeSpan.FromSeconds(int.Parse(TimeoutStop().Match(unit).Groups["seconds"].Value)));
        Assert.Contains("RestartPreventExitStatus=2", unit, StringComparison.Ordinal);
    }

    [Fact]
    public void Image_runs_what_the_program_understands()
    {
        string file = Read("deploy/docker/Dockerfile");

        Assert.Contains("ENTRYPOINT [\"/usr/bin/forewave\"]", file, StringComparison.Ordinal);
        CheckArguments([.. Command().Match(file).Groups["words"].Value.Split(',').Select(word => word.Trim(' ', '"'))]);
        Assert.Contains("src/Forewave.Cli/Forewave.Cli.csproj", file, StringComparison.Ordinal);
    }

    private static void CheckArguments(string[] arguments)
    {
        Assert.Equal("serve", arguments[0]);
        Assert.Empty(CommandLine.Root().Parse(arguments, CommandLine.Configuration).Errors);
    }

    private static ForewaveBrokerOptions Settings(string yaml)
    {
        using TemporaryFile file = new(".yaml", yaml);
        ConfigurationSources sources = new() { File = file.Path, Environment = new Dictionary<string, string>(), Flags = new Dictionary<string, string?>() };
        return BrokerConfiguration.Read(new ForewaveBrokerOptions(), sources).Options;
    }

    private static YamlNode Find(IEnumerable<YamlNode> documents, string kind) => documents.Single(document => Text(document["kind"]) == kind);

    private static IEnumerable<YamlNode> Sequence(YamlNode node) => Assert.IsType<YamlSequenceNode>(node).Children;

    private static string Text(YamlNode node) => Assert.IsType<YamlScalarNode>(node).Value!;

    private static YamlNode[] Yaml(string file)
    {
        YamlStream stream = [];
        using StringReader reader = new(Read(file));
        stream.Load(reader);
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(CommandLineTests.FindRoot(), file));

    [GeneratedRegex("FOREWAVE_[A-Z_]+")]
    private static partial Regex Variable();

    [GeneratedRegex("^ExecStart=(?<words>.*)$", RegexOptions.Multiline)]
    private static partial Regex ExecStart();

    [GeneratedRegex("^TimeoutStopSec=(?<seconds>[0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex TimeoutStop();

    [GeneratedRegex("^CMD \\[(?<words>.*)\\]$", RegexOptions.Multiline)]
    private static partial Regex Command();
}
