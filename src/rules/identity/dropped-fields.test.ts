import assert from "node:assert/strict";
import { test } from "node:test";
import { isDropped } from "./dropped-fields.ts";

const each = (names: string, is: boolean): void => {
  for (const name of names.split(/\s+/)) assert.equal(isDropped(name.toLowerCase()), is, name);
};

test("A6: what programs write of themselves, of their machine and of who logged in goes by its name", () => {
  each("X-Mailer X-Mailer-Version X-EMail-Client X-Library X-Client X-Mailer-Info X-PHP-Version X-PHP-Filename", true);
  each(
    "X-PHP-Originating-Script X-Operating-System X-OS X-Program X-Software X-Http-Useragent Resent-User-Agent",
    true,
  );
  each("User-Agent X-User-Agent Mailer X-MimeOLE X-Generator X-Composer X-Newsreader X-Enigmail-Version", true);
  each(
    "X-Originating-IP X-Originating-IP-Address X-Client-Host X-Host X-Remote-Addr NNTP-Posting-Host X-IP X-Source-Dir",
    true,
  );
  each(
    "X-Apple-Auto-Saved X-Apple-Mail-Remote-Attachments X-Mozilla-News-Host X-Mozilla-Draft-Info X-MS-Exchange-Foo",
    true,
  );
  each(
    "X-eM-Client X-Gm-Message-State X-Google-DKIM-Signature X-Yahoo-Newman-Id X-Microsoft-Antispam X-Android-Message-ID",
    true,
  );
  each(
    "X-Forwarded-For X-Account-Key X-Identity X-Evolution-Identity X-KMail-Fcc X-Claws-Account X-Sylpheed-Account-Id",
    true,
  );
  each(
    "X-Universally-Unique-Identifier X-Uniform-Type-Identifier X-Thunderbird-Foo X-K9mail-Identity Fcc X-Fcc Auto-Saved",
    true,
  );
  each(
    "X-Antivirus X-Antivirus-Status X-Virus-Scanned X-Cron-Env X-Mutt-Fcc X-Mutt-References X-Mutt-PGP X-MIMETrack X-Notes-Item",
    true,
  );
  each("X-AuthUser X-Authentication X-Auth-ID X-Login X-Username X-Userid X-Env-Sender X-Lotus-FromDomain", true);
  each(
    "X-SenderIP X-Kernel X-Uptime X-Machine X-Device X-Nmh-Attach X-Wum-From X-SquirrelMail X-Horde X-YMail-OSG",
    true,
  );
  each("X-Webmail X-Mailspring-Msg-Id X-BlueMail X-Nylas X-JavaMail X-Powered-By X-Sent-Via X-MB-Message-Source", true);
  each("Bcc Resent-Bcc Received X-Received Return-Path Authentication-Results Received-SPF X-Sender Status", true);
});

test("what people write to be read, and what the mail needs, stays", () => {
  each("X-Clacks-Overhead X-PGP-Key X-Face Face X-Debbugs-CC X-Priority X-MSMail-Priority X-No-Archive X-Loop", false);
  each(
    "Subject To From Date Importance Priority Organization List-Id List-Post List-Unsubscribe Autocrypt OpenPGP",
    false,
  );
  each(
    "TLS-Required Auto-Submitted Precedence Content-Description X-Description X-Subscription X-Post X-Closing X-Shipping",
    false,
  );
  each(
    "X-User-Group X-Attribution X-URL X-Location X-Signature X-Kernels X-Machinery X-Devices X-Hordes X-BeenThere",
    false,
  );
  each("X-Inversion X-Hostess Thread-Topic DKIM-Signature Original-Message-ID Accept-Language", false);
});
