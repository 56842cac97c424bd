using Forewave.Architecture.Tests.Reading;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>
/// The broker never sees sockets, files, SQL, ZooKeeper, HTTP or configuration; a store never sees frames. Project
/// references cannot hold this where the framework itself brings the types along.
/// </summary>
internal static class LayerRule
{
    private static readonly string[] BrokerNamespaces =
    [
        "System.Net", "System.Data", "Microsoft.AspNetCore", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.Hosting",
        "Microsoft.Win32", "System.IO.Pipes", "System.IO.MemoryMappedFiles",
    ];

    private static readonly string[] BrokerTypes =
    [
        "File", "FileInfo", "FileStream", "FileMode", "Directory", "DirectoryInfo", "RandomAccess", "SafeFileHandle", "Socket", "HttpClient",
        "Console",
    ];

    private static readonly string[] StoreNamespaces = ["Forewave.Protocol.Frames"];

    public static IEnumerable<Offence> Check(SourceFile source)
    {
        if (source.Project == "Forewave.Broker")
        {
            return Namespaces(source, BrokerNamespaces).Concat(Types(source, BrokerTypes));
        }

        return source.Project.StartsWith("Forewave.Storage", StringComparison.Ordinal) ? Namespaces(source, StoreNamespaces) : [];
    }

    // Both `using A.B;` and a qualified name in the code are name nodes; only the outermost one is looked at.
    private static IEnumerable<Offence> Namespaces(SourceFile source, string[] forbidden) =>
        from node in source.Unit.DescendantNodes()
        where node is QualifiedNameSyntax or MemberAccessExpressionSyntax && node.Parent is not (QualifiedNameSyntax or MemberAccessExpressionSyntax)
        let name = node.ToString().Replace("global::", "", StringComparison.Ordinal)
        let space = Array.Find(forbidden, space => name == space || name.StartsWith(space + ".", StringComparison.Ordinal))
        where space is not null
        select source.Offence(node, $"{source.Project} uses {space}");

    private static IEnumerable<Offence> Types(SourceFile source, string[] forbidden) =>
        from node in source.All<IdentifierNameSyntax>()
        where forbidden.Contains(node.Identifier.Text) && !IsMember(node)
        select source.Offence(node, $"{source.Project} uses {node.Identifier.Text}");

    // `x.File` is a member of something else; `System.IO.File` and `File` are the type.
    private static bool IsMember(IdentifierNameSyntax node) =>
        node.Parent is MemberAccessExpressionSyntax access && access.Name == node && access.Expression.ToString() is not ("System.IO" or "System")
        || node.Parent is NameColonSyntax or NameEqualsSyntax or MemberBindingExpressionSyntax
        || (node.Parent is AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } assignment && assignment.Left == node);
}
