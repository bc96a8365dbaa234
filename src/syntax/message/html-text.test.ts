import assert from "node:assert/strict";
import { test } from "node:test";
import { htmlText } from "./html-text.ts";

test("tags go, words stay whole, hidden elements and comments go with their content", () => {
  const examples: [string, string][] = [
    ["<P>One<B>two</B></P><p>three", " onetwo  three"],
    ["a<br>b<br/>c", "a b c"],
    ["<style>p { x }</style>a<SCRIPT type='x'>if (a<b) {}</SCRIPT >b", " a b"],
    ["a<!-- <p>no</p> -->b<!doctype html>c", "a b c"],
    ["1 < 2 <3 a<", "1 < 2 <3 a<"],
    ["<img alt='x'>y<p", " y "],
    ["<style>never ends <p>x", " "],
  ];
  for (const [html, text] of examples) assert.equal(htmlText(html), text, html);
});

test("character references", () => {
  assert.equal(
    htmlText("&lt;b&gt; &Uuml;ber&nbsp;K&ouml;ln &#196;&#xE4;&amp;amp; &bogus; &constructor; &"),
    "<b> über köln Ää&amp; &bogus; &constructor; &",
  );
  assert.equal(htmlText("&#0;&#x110000;&#1114111;").length, 4);
});
