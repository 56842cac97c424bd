using Forewave.Architecture.Tests.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>Names say what a thing is, in the words of the glossary.</summary>
internal static class NamingRule
{
    // Words that name no thing: what carries them is either two things or has a better name.
    private static readonly string[] EmptyWords = ["Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Data", "Info", "Processor", "Base", "Impl"];

    // Other systems' words, and ours in their place.
    private static readonly Dictionary<string, string> Synonyms = new()
    {
        ["Topic"] = "queue",
        ["Subject"] = "queue",
        ["Exchange"] = "queue",
        ["Tenant"] = "queue prefix",
        ["VirtualHost"] = "queue prefix",
        ["BrokerId"] = "partition",
        ["Shard"] = "partition",
        ["Publisher"] = "producer",
        ["Subscriber"] = "consumer",
        ["Dlq"] = "dead letter",
        ["DeadLetterQueue"] = "dead letter",
        ["Lsn"] = "log position",
        ["Wal"] = "log",
        ["CommitLog"] = "log",
        ["Journal"] = "log",
        ["Nak"] = "nack",
        ["DeliveryCount"] = "attempt",
        ["RetryCount"] = "attempt",
        ["Leader"] = "master",
        ["Primary"] = "master",
        ["Follower"] = "slave",
        ["Replica"] = "slave",
        ["Requeue"] = "release or nack",
        ["RoutingKey"] = "ordering key",
        ["PartitionKey"] = "ordering key",
    };

    public static IEnumerable<Offence> EmptyNames(SourceFile source) =>
        from type in source.All<BaseTypeDeclarationSyntax>()
        from word in EmptyWords
        where Words.Of(type.Identifier.Text).Contains(word, StringComparer.Ordinal)
        select source.Offence(type.Identifier, $"{type.Identifier.Text} has the word {word}");

    public static IEnumerable<Offence> OtherWords(SourceFile source) =>
        from name in DeclaredNames(source)
        from synonym in Synonyms
        where Words.Contains(name.Text, synonym.Key)
        select source.Offence(name, $"{name.Text}: say {synonym.Value}");

    /// <summary>The same for the wire's schema, whose identifiers are all words of its lines outside comments.</summary>
    public static IEnumerable<Offence> OtherWords(string path, string proto) =>
        from line in proto.Split('\n').Index()
        from name in line.Item.Split("//")[0].Split(' ', '\t', ';', '=', '{', '}', '(', ')', '<', '>', ',', '"', '.', '/')
        from synonym in Synonyms
        where Words.Contains(name, synonym.Key)
        select new Offence(path, line.Index + 1, $"{name}: say {synonym.Value}");

    private static IEnumerable<SyntaxToken> DeclaredNames(SourceFile source) =>
        source.Unit.DescendantNodes().Select(node => node switch
        {
            BaseTypeDeclarationSyntax type => type.Identifier,
            DelegateDeclarationSyntax type => type.Identifier,
            MethodDeclarationSyntax method => method.Identifier,
            PropertyDeclarationSyntax property => property.Identifier,
            EventDeclarationSyntax item => item.Identifier,
            EnumMemberDeclarationSyntax member => member.Identifier,
            ParameterSyntax parameter => parameter.Identifier,
            VariableDeclaratorSyntax variable => variable.Identifier,
            LocalFunctionStatementSyntax function => function.Identifier,
            _ => default,
        }).Where(token => token != default);
}
