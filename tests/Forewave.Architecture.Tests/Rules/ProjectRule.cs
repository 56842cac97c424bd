using System.Xml.Linq;
using Forewave.Architecture.Tests.Reading;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>Who may refer to whom, and which packages a project may bring in. A new line here is a decision, and has its record.</summary>
internal static class ProjectRule
{
    private static readonly Dictionary<string, string[]> References = new()
    {
        ["Forewave.Protocol"] = [],
        ["Forewave.Client"] = ["Forewave.Protocol"],
        ["Forewave.Client.Hosting"] = ["Forewave.Client"],
        ["Forewave.Client.ZooKeeper"] = ["Forewave.Client", "Forewave.Coordination.ZooKeeper"],
        ["Forewave.Storage"] = ["Forewave.Protocol"],
        ["Forewave.Storage.Files"] = ["Forewave.Storage"],
        ["Forewave.Storage.MySql"] = ["Forewave.Storage"],
        ["Forewave.Coordination"] = ["Forewave.Protocol"],
        ["Forewave.Coordination.ZooKeeper"] = ["Forewave.Coordination"],
        ["Forewave.Broker"] = ["Forewave.Protocol", "Forewave.Storage", "Forewave.Coordination"],
        ["Forewave.Server"] =
        [
            "Forewave.Protocol", "Forewave.Client", "Forewave.Client.Hosting", "Forewave.Client.ZooKeeper", "Forewave.Storage",
            "Forewave.Storage.Files", "Forewave.Storage.MySql", "Forewave.Coordination", "Forewave.Coordination.ZooKeeper",
            "Forewave.Broker",
        ],
        ["Forewave.Cli"] = ["Forewave.Server", "Forewave.Client", "Forewave.Client.ZooKeeper"],
        ["Forewave.Testing"] = ["Forewave.Server", "Forewave.Client"],
        ["Forewave.Outbox"] = ["Forewave.Client"],
        ["Forewave.Outbox.EntityFrameworkCore"] = ["Forewave.Outbox"],
        ["Forewave.Outbox.Hosting"] = ["Forewave.Client.Hosting", "Forewave.Outbox"],
    };

    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["Forewave.Protocol"] = ["Google.Protobuf", "Grpc.Tools"],
        ["Forewave.Client"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Forewave.Storage.Files"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Forewave.Broker"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Forewave.Client.Hosting"] = ["Microsoft.AspNetCore.App"],
        ["Forewave.Server"] =
        [
            "Microsoft.AspNetCore.App", "YamlDotNet", "OpenTelemetry", "OpenTelemetry.Exporter.OpenTelemetryProtocol",
        ],
        ["Forewave.Cli"] = ["System.CommandLine", "Spectre.Console"],
        ["Forewave.Outbox.EntityFrameworkCore"] = ["Microsoft.EntityFrameworkCore.Relational"],
        ["Forewave.Outbox.Hosting"] = ["Microsoft.AspNetCore.App"],
    };

    public static IEnumerable<Offence> Check(string path, string xml)
    {
        string project = Path.GetFileNameWithoutExtension(path);
        if (!References.TryGetValue(project, out string[]? references))
        {
            return [new Offence(path, 1, $"{project} is not among the projects of docs/architecture.md")];
        }

        XDocument document = XDocument.Parse(xml, LoadOptions.SetLineInfo);
        var others = Items(document, "ProjectReference").Select(item => item with { Name = Path.GetFileNameWithoutExtension(item.Name.Replace('\\', '/')) });
        var packages = Items(document, "PackageReference").Concat(Items(document, "FrameworkReference"));
        return
        [
            .. others.Where(item => !references.Contains(item.Name)).Select(item => new Offence(path, item.Line, $"{project} may not refer to {item.Name}")),
            .. packages.Where(item => !Packages.GetValueOrDefault(project, []).Contains(item.Name))
                .Select(item => new Offence(path, item.Line, $"{project} may not use the package {item.Name}")),
        ];
    }

    private static IEnumerable<(string Name, int Line)> Items(XDocument document, string kind) =>
        document.Descendants(kind).Select(item => ((string)item.Attribute("Include")!, ((System.Xml.IXmlLineInfo)item).LineNumber));
}
