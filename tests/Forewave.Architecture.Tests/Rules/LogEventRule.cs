using System.Globalization;
using Forewave.Architecture.Tests.Reading;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>Every log message has a number of its own, literal, in its project's range: what an operator searches for.</summary>
internal static class LogEventRule
{
    private static readonly Dictionary<string, (int First, int Last)> Ranges = new()
    {
        ["Forewave.Storage"] = (1000, 1099),
        ["Forewave.Storage.Files"] = (1100, 1999),
        ["Forewave.Storage.MySql"] = (2000, 2999),
        ["Forewave.Coordination"] = (3000, 3499),
        ["Forewave.Coordination.ZooKeeper"] = (3500, 3999),
        ["Forewave.Broker"] = (4000, 4999),
        ["Forewave.Server"] = (5000, 5999),
        ["Forewave.Client"] = (6000, 6999),
        ["Forewave.Client.Hosting"] = (7000, 7499),
        ["Forewave.Client.ZooKeeper"] = (7500, 7999),
        ["Forewave.Cli"] = (8000, 8499),
        ["Forewave.Testing"] = (8500, 8999),
        ["Forewave.Outbox"] = (9000, 9499),
        ["Forewave.Outbox.Hosting"] = (9500, 9599),
    };

    public static IEnumerable<Offence> Check(IEnumerable<SourceFile> sources)
    {
        var seen = new Dictionary<int, string>();
        foreach (SourceFile source in sources)
        {
            foreach (MethodDeclarationSyntax method in source.All<MethodDeclarationSyntax>())
            {
                if (Attribute(method) is not { } attribute)
                {
                    continue;
                }

                string name = method.Identifier.Text;
                if (EventId(attribute) is not { } id)
                {
                    yield return source.Offence(method, $"{name} has no literal event id");
                }
                else if (!Ranges.TryGetValue(source.Project, out var range) || id < range.First || id > range.Last)
                {
                    yield return source.Offence(method, $"{name} has event id {id}, outside {range.First}-{range.Last} of {source.Project}");
                }
                else if (!seen.TryAdd(id, name))
                {
                    yield return source.Offence(method, $"{name} has event id {id} of {seen[id]}");
                }
            }
        }
    }

    /// <summary>Ranges that overlap would make the numbers meaningless.</summary>
    public static bool RangesAreDisjoint()
    {
        var ordered = Ranges.Values.OrderBy(range => range.First).ToArray();
        return ordered.Zip(ordered.Skip(1)).All(pair => pair.First.Last < pair.Second.First);
    }

    private static AttributeSyntax? Attribute(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes).FirstOrDefault(attribute => attribute.Name.ToString().Split('.')[^1] == "LoggerMessage");

    private static int? EventId(AttributeSyntax attribute)
    {
        var arguments = attribute.ArgumentList?.Arguments ?? default;
        AttributeArgumentSyntax? argument =
            arguments.FirstOrDefault(item => (item.NameEquals?.Name ?? item.NameColon?.Name)?.Identifier.Text is "EventId" or "eventId")
            ?? arguments.FirstOrDefault(item => item.NameEquals is null && item.NameColon is null);
        return int.TryParse(argument?.Expression.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
    }
}
