using Forewave.Architecture.Tests.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>No file past 600 lines, no function past 70. There is no list of exceptions, and there will be none.</summary>
internal static class SizeRule
{
    private const int MaxFileLines = 600;
    private const int MaxFunctionLines = 70;

    public static IEnumerable<Offence> Check(SourceFile source)
    {
        if (source.LineCount > MaxFileLines)
        {
            yield return new Offence(source.Path, 1, $"{source.LineCount} lines");
        }

        foreach (SyntaxNode function in source.Unit.DescendantNodes().Where(IsFunction))
        {
            int lines = Lines(function);
            if (lines > MaxFunctionLines)
            {
                yield return source.Offence(function, $"{Name(function)} has {lines} lines");
            }
        }
    }

    /// <summary>Files of other languages: their lines alone.</summary>
    public static IEnumerable<Offence> Check(string path, string text)
    {
        int lines = text.AsSpan().Count('\n');
        return lines > MaxFileLines ? [new Offence(path, 1, $"{lines} lines")] : [];
    }

    // A local function and a lambda count into the function around them as well: hiding length inside is no way out.
    private static bool IsFunction(SyntaxNode node) =>
        node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax;

    private static int Lines(SyntaxNode function)
    {
        SyntaxNode? attributes = function.ChildNodes().OfType<AttributeListSyntax>().LastOrDefault();
        SyntaxToken first = attributes is null ? function.GetFirstToken() : attributes.GetLastToken().GetNextToken();
        int start = first.GetLocation().GetLineSpan().StartLinePosition.Line;
        return function.GetLocation().GetLineSpan().EndLinePosition.Line - start + 1;
    }

    private static string Name(SyntaxNode function) => function switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        _ => "operator",
    };
}
